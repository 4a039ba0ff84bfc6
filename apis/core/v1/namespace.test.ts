import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { namespace } from "./namespace.ts";

const { strategy } = namespace;
const object = (members: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "n" },
  ...members,
});
const terminating = { metadata: { name: "n", deletionTimestamp: "2026-03-04T05:06:07Z" } };

describe("a Namespace", () => {
  it("always carries its name as a label, whatever the client says", () => {
    const mine = object({ metadata: { name: "n", labels: { a: "1", "kubernetes.io/metadata.name": "other" } } });
    strategy.setDefaults?.(mine);
    expect(mine.metadata.labels).toEqual({ a: "1", "kubernetes.io/metadata.name": "n" });
    const generated = object({ metadata: { generateName: "n-" } });
    strategy.setDefaults?.(generated);
    expect(generated.metadata.labels).toBeUndefined();
    generated.metadata.name = "n-x7k2p";
    strategy.prepareForCreate?.(generated, { name: "", groups: [] });
    expect(generated.metadata.labels).toEqual({ "kubernetes.io/metadata.name": "n-x7k2p" });
  });

  it("is made active, with the finalizer that stands for its content", () => {
    const mine = object({ spec: { finalizers: ["example.com/x"] }, status: { phase: "Terminating" } });
    strategy.prepareForCreate?.(mine, { name: "", groups: [] });
    expect(mine).toMatchObject({ spec: { finalizers: ["example.com/x", "kubernetes"] }, status: { phase: "Active" } });
    const again = object({ spec: { finalizers: ["kubernetes"] } });
    strategy.prepareForCreate?.(again, { name: "", groups: [] });
    expect(again.spec).toEqual({ finalizers: ["kubernetes"] });
  });

  it("keeps its spec and status through an update", () => {
    const mine = object({ spec: { finalizers: ["example.com/other"] }, status: { phase: "Terminating" } });
    strategy.prepareForUpdate?.(mine, object({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } }));
    expect(mine).toMatchObject({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } });
  });

  it("refuses finalizers without a domain, with an index through finalize only", () => {
    const mine = object({ spec: { finalizers: ["kubernetes", "example.com/x", "nope", "a b"] } });
    const rule = "name is neither a standard finalizer name nor is it fully qualified";
    const grammar =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    expect(strategy.validate?.(mine).map(errorText)).toEqual([
      `spec.finalizers: Invalid value: "nope": ${rule}`,
      `spec.finalizers: Invalid value: "a b": ${grammar}`,
      `spec.finalizers: Invalid value: "a b": ${rule}`,
    ]);
    expect(strategy.validateFinalizeUpdate?.(mine, object()).map(errorText)).toEqual([
      `spec.finalizers[2]: Invalid value: "nope": ${rule}`,
      `spec.finalizers[3]: Invalid value: "a b": ${grammar}`,
      `spec.finalizers[3]: Invalid value: "a b": ${rule}`,
    ]);
  });

  it("is Terminating exactly while it is being deleted", () => {
    const errors = (members: Record<string, unknown>) => strategy.validateStatusUpdate?.(object(members), object()).map(errorText);
    expect(errors({ status: { phase: "Active" } })).toEqual([]);
    expect(errors({ ...terminating, status: { phase: "Terminating" } })).toEqual([]);
    expect(errors({ status: { phase: "Sleeping" } })).toEqual([
      "status.Phase: Invalid value: \"Sleeping\": may only be 'Active' if `deletionTimestamp` is empty",
    ]);
    expect(errors({ ...terminating, status: { phase: "Active" } })).toEqual([
      "status.Phase: Invalid value: \"Active\": may only be 'Terminating' if `deletionTimestamp` is not empty",
    ]);
  });

  it("is named by a DNS label; a prefix may end in a dash", () => {
    expect(strategy.validateName?.("my-name", false)).toEqual([]);
    expect(strategy.validateName?.("a.b", false)).toEqual(["must not contain dots"]);
    expect(strategy.validateName?.("n-", true)).toEqual([]);
    expect(strategy.validateName?.("n-", false)).toHaveLength(1);
  });

  it("can be selected by its phase", () => {
    const phase = namespace.selectableFields["status.phase"];
    expect(phase?.(object({ status: { phase: "Active" } }))).toBe("Active");
    expect(phase?.(object())).toBe("");
  });
});
