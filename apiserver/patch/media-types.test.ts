import { describe, expect, it } from "vitest";
import type { StatusError } from "../../apimachinery/status/status.ts";
import { patchTypeOf } from "./media-types.ts";

const builtin = { flavor: "builtin" } as const;
const custom = { flavor: "custom" } as const;

function refusal(contentType: string | undefined, kind: typeof builtin | typeof custom) {
  try {
    return patchTypeOf(contentType, kind);
  } catch (error) {
    const { code, message, details } = (error as StatusError).status;
    return { code, message, details };
  }
}

const list = (...types: string[]) => ({
  code: 415,
  message: `the body of the request was in an unknown format - accepted media types include: ${types.map((type) => `application/${type}`).join(", ")}`,
  details: undefined,
});

describe("media types of patches", () => {
  it("are cut at the first semicolon", () => {
    expect(patchTypeOf("application/merge-patch+json; charset=utf-8", builtin)).toBe("merge");
    expect(patchTypeOf("application/strategic-merge-patch+json;charset=UTF-8", builtin)).toBe("strategic");
    expect(patchTypeOf("application/json-patch+json", custom)).toBe("json");
    expect(patchTypeOf("application/apply-patch+yaml", custom)).toBe("apply");
  });

  it.each([undefined, "", "application/json", "Application/Merge-Patch+JSON", "application/apply-patch+cbor", "text/plain"])(
    "%s is unknown to the router of built-in kinds, and to custom resources by a list",
    (contentType) => {
      expect(refusal(contentType, builtin)).toEqual({ code: 415, message: "415: Unsupported Media Type", details: {} });
      expect(refusal(contentType, custom)).toEqual(list("json-patch+json", "merge-patch+json", "apply-patch+yaml"));
    },
  );

  it("that only the router understands get the list of the handler", () => {
    const all = list("json-patch+json", "merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml");
    expect(refusal("application/merge-patch+json ;x=y", builtin)).toEqual(all);
    expect(refusal("text/plain, application/merge-patch+json", builtin)).toEqual(all);
  });

  it("leave strategic merge to built-in kinds", () => {
    expect(refusal("application/strategic-merge-patch+json", custom)).toEqual(
      list("json-patch+json", "merge-patch+json", "apply-patch+yaml"),
    );
  });
});
