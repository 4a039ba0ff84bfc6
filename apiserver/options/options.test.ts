import { describe, expect, it } from "vitest";
import { StatusError } from "../../apimachinery/status/status.ts";
import { configMap } from "../../apis/core/v1/config-map.ts";
import { Query } from "../routing/query.ts";
import { decodeContinue, encodeContinue } from "./continue-token.ts";
import { parseDeleteOptions } from "./delete-options.ts";
import { parseListOptions } from "./list-options.ts";
import { managerOf, parseWriteOptions } from "./write-options.ts";

const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "taken";
};
const list = (query: string) => refusal(() => parseListOptions(Query.parse(query), configMap));
const token = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const INVALID = 'ListOptions.meta.k8s.io "" is invalid: ';

describe("continue tokens", () => {
  it("come back as they were given, a knowingly inconsistent one without a revision", () => {
    expect(decodeContinue(encodeContinue({ revision: 7, start: "ns/a\0" }))).toEqual({ revision: 7, start: "ns/a\0" });
    expect(decodeContinue(encodeContinue({ revision: undefined, start: "a\0" }))).toEqual({ revision: undefined, start: "a\0" });
    const large = { revision: 2n ** 62n, start: "a\0" };
    expect(decodeContinue(encodeContinue(large))).toEqual(large);
    expect(decodeContinue(encodeContinue({ revision: 7, start: "/ns/a\0" }))).toEqual({ revision: 7, start: "ns/a\0" });
  });

  it.each([
    ["***", "illegal base64 data at input byte 0"],
    [token({}), "server does not recognize this encoded version "],
    [token({ v: "meta.k8s.io/v1", start: "b" }), "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"],
    [token({ v: "meta.k8s.io/v1", rv: 5 }), "encoded start key empty (version meta.k8s.io/v1)"],
    [token({ v: "meta.k8s.io/v1", rv: 5, start: "../../secrets/x" }), "../../secrets/x"],
    [
      token({ v: "meta.k8s.io/v1", rv: "5", start: "b" }),
      "json: cannot unmarshal string into Go struct field continueToken.rv of type int64",
    ],
    [token({ v: {}, rv: 5, start: "b" }), "json: cannot unmarshal object into Go struct field continueToken.v of type string"],
    [token(null), "server does not recognize this encoded version "],
    [token([]), "json: cannot unmarshal array into Go value of type storage.continueToken"],
    [token({ v: "meta.k8s.io/v1", rv: null, start: "b" }), "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"],
    [token({ v: "meta.k8s.io/v1", rv: 5, start: "a//b" }), "a//b"],
    [token({ v: "meta.k8s.io/v1", rv: 5, start: "a/" }), "a/"],
    [token({ v: "meta.k8s.io/v1", rv: 5, start: "./b" }), "./b"],
    [Buffer.from('{"rv":1e999}').toString("base64url"), "json: cannot unmarshal number 1e999 into Go value of type float64"],
  ])("refuses %s: %s", (text, why) => {
    expect(refusal(() => decodeContinue(text))).toBe(`400 invalid continue token: continue key is not valid: ${why}`);
  });
});

describe("list options", () => {
  it("says what of resourceVersion and its match does not go together", () => {
    expect(list("resourceVersionMatch=Exact")).toBe(
      `422 ${INVALID}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    );
    expect(list("resourceVersion=0&resourceVersionMatch=Exact")).toContain(
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
    expect(list("sendInitialEvents=true")).toBe(`422 ${INVALID}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`);
  });

  it("lets a watch from anywhere start with the present state", () => {
    const watch = (query: string) => parseListOptions(Query.parse(`watch=1${query}`), configMap);
    for (const query of ["", "&resourceVersion=0"]) {
      expect(watch(query)).toMatchObject({ sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" });
    }
    expect(watch("&resourceVersion=5").sendInitialEvents).toBeUndefined();
  });

  it("refuses numbers first, selectors then, combinations after them, and last fields that the kind does not have", () => {
    const wrong = ["fieldSelector=no=1", "sendInitialEvents=true", "labelSelector==", "limit=", "timeoutSeconds=1.5"];
    const refused = wrong.map((_, index) => list(wrong.slice(0, index + 1).join("&")));
    expect(refused).toEqual([
      '400 "no" is not a known field selector: only "metadata.name", "metadata.namespace"',
      `422 ${INVALID}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
      "400 found '=', expected: !, identifier, or 'end of string'",
      '400 strconv.ParseInt: parsing "": invalid syntax',
      '400 strconv.ParseInt: parsing "1.5": invalid syntax',
    ]);
  });
});

describe("write options", () => {
  const create = (query: string) => refusal(() => parseWriteOptions(Query.parse(query), "CreateOptions"));

  it("lists everything that is wrong, in Kubernetes' order", () => {
    expect(create(`dryRun=x&fieldManager=${"m".repeat(129)}&fieldValidation=y`)).toBe(
      '422 CreateOptions.meta.k8s.io "" is invalid: [fieldManager: Too long: may not be more than 128 bytes, ' +
        'dryRun: Unsupported value: ["x"]: supported values: "All", ' +
        'fieldValidation: Unsupported value: "y": supported values: "", "Ignore", "Strict", "Warn"]',
    );
  });

  it("takes force for applies only", () => {
    const patch = (query: string, apply: boolean) => refusal(() => parseWriteOptions(Query.parse(query), "PatchOptions", apply));
    expect(patch("force=false", false)).toContain("force: Forbidden: may not be specified for non-apply patch");
    expect(patch("force=true&fieldManager=a", true)).toBe("taken");
    expect(patch("", true)).toContain("fieldManager: Required value: is required for apply patch");
  });

  it("names the manager after the user agent where the client does not say", () => {
    const options = parseWriteOptions(Query.empty, "CreateOptions");
    expect(managerOf(options, "kubectl/v1.32 (linux)")).toBe("kubectl");
    expect(managerOf(options, undefined)).toBe("unknown");
    expect(managerOf(options, "u".repeat(200))).toBe("u".repeat(128));
  });
});

describe("delete options", () => {
  const remove = (query: string) => refusal(() => parseDeleteOptions(Query.parse(query), new Uint8Array(), undefined));

  it("takes one way of saying what becomes of dependents", () => {
    expect(remove("orphanDependents=true&propagationPolicy=Foreground")).toContain(
      'propagationPolicy: Invalid value: "Foreground": orphanDependents and deletionPropagation cannot be both set',
    );
    expect(remove("propagationPolicy=Cascade")).toContain('supported values: "Foreground", "Background", "Orphan", "nil"');
  });

  it("reads the body instead of the query where there is one", () => {
    const body = Buffer.from(JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", dryRun: ["All"] }));
    expect(parseDeleteOptions(Query.parse("propagationPolicy=x"), body, "application/json")).toMatchObject({
      dryRun: true,
      propagationPolicy: undefined,
    });
  });
});
