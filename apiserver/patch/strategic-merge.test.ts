import { describe, expect, it } from "vitest";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import type { Schema } from "../../apis/schema.ts";
import { applyStrategicMergePatch, printPatch } from "./strategic-merge.ts";

const reference: Schema = { type: "object", properties: { name: { type: "string" }, kind: { type: "string" } } };
const kind = {
  kind: "ServiceAccount",
  schema: {
    type: "object",
    properties: {
      secrets: { type: "array", items: reference, "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name" },
      imagePullSecrets: { type: "array", items: reference },
      data: { type: "object", additionalProperties: { type: "string" } },
    },
  } satisfies Schema,
};

function merge(object: JsonValue, patch: JsonValue): JsonValue {
  const before = stringify(object);
  const sent = stringify(patch);
  try {
    return applyStrategicMergePatch(object as JsonObject, patch, kind);
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.reason ?? "-"}: ${error.message}`;
    throw error;
  } finally {
    expect(stringify(object)).toBe(before);
    expect(stringify(patch)).toBe(sent);
  }
}

const named = (...names: string[]) => names.map((name) => ({ name }));
const secrets = (current: string[], patch: JsonObject) => {
  const result = merge({ secrets: named(...current) }, patch);
  return typeof result === "string" ? result : (result as { secrets?: JsonValue }).secrets;
};

describe("strategic merge patch", () => {
  it("merges objects and removes with null, as a merge patch does", () => {
    expect(
      merge({ metadata: { labels: { a: "1", b: "2" } } }, { metadata: { labels: { a: null, c: "3" } }, data: { x: null, y: "1" } }),
    ).toEqual({
      metadata: { labels: { b: "2", c: "3" } },
      data: { y: "1" },
    });
    expect(merge({ data: { a: "1" } }, null)).toEqual({ data: { a: "1" } });
    expect(merge({ data: { a: "1" } }, { data: null })).toEqual({});
  });

  it("merges keyed lists: the patch's items first, in its order, the others where they were", () => {
    expect(secrets(["s1", "s2"], { secrets: [{ name: "s2", kind: "x" }, { name: "s3" }] })).toEqual([
      { name: "s1" },
      { name: "s2", kind: "x" },
      { name: "s3" },
    ]);
    expect(secrets(["a", "b", "d"], { secrets: named("c", "a") })).toEqual(named("c", "a", "b", "d"));
    expect(secrets(["s4"], { secrets: [{ name: "s6" }, { name: "s6", kind: "twice" }] })).toEqual([
      { name: "s6", kind: "twice" },
      { name: "s4" },
    ]);
    expect(secrets(["n1"], { secrets: [] })).toEqual(named("n1"));
    expect(secrets(["n1"], { secrets: null })).toBeUndefined();
  });

  it("replaces atomic lists, directives and all", () => {
    expect(merge({ imagePullSecrets: named("p1") }, { imagePullSecrets: [{ name: "p9", $patch: "delete" }] })).toEqual({
      imagePullSecrets: [{ name: "p9", $patch: "delete" }],
    });
  });

  it("carries out $patch among the items of a list", () => {
    expect(secrets(["s1", "s2"], { secrets: [{ name: "s1", $patch: "delete" }] })).toEqual(named("s2"));
    expect(secrets(["s1"], { secrets: [{ name: "s9", $patch: "delete" }] })).toEqual(named("s1"));
    expect(secrets(["s1"], { secrets: [{ $patch: "replace" }, { name: "only" }] })).toEqual(named("only"));
    expect(secrets(["s1"], { secrets: [{ $patch: "replace" }] })).toEqual([]);
    expect(merge({}, { secrets: [{ name: "n1" }, { name: "gone", $patch: "delete" }] })).toEqual({ secrets: named("n1") });
    expect(secrets(["s1"], { secrets: [{ name: "s1", $patch: "merge" }] })).toBe(
      "500 -: merging lists cannot yet be specified in the patch",
    );
    expect(secrets(["s1"], { secrets: [{ name: "s3", $patch: "explode" }] })).toBe(
      "500 -: unknown patch type: explode in map: map[$patch:explode name:s3]",
    );
  });

  it("carries out $patch in objects", () => {
    const labels = { metadata: { labels: { a: "1" } } };
    expect(merge(labels, { metadata: { labels: { $patch: "replace", only: "this" } } })).toEqual({
      metadata: { labels: { only: "this" } },
    });
    expect(merge(labels, { metadata: { labels: { $patch: "delete" } } })).toEqual({ metadata: { labels: {} } });
    expect(merge(labels, { $patch: "delete" })).toEqual({});
    expect(merge(labels, { data: { x: { $patch: "replace" }, y: "1" } as unknown as JsonObject })).toEqual({ ...labels, data: { y: "1" } });
    expect(merge(labels, { $patch: 5 })).toBe("500 -: unknown patch type: %!s(int64=5) in map: map[$patch:5]");
  });

  it("orders by $setElementOrder", () => {
    const order = (...names: string[]) => ({ "$setElementOrder/secrets": named(...names) });
    expect(secrets(["s2", "s3"], order("s3", "s2"))).toEqual(named("s3", "s2"));
    expect(secrets(["s3", "s2"], { ...order("s4", "s2"), secrets: named("s4") })).toEqual(named("s4", "s3", "s2"));
    expect(secrets(["s4", "s3", "s2"], { ...order("s4", "s3"), secrets: [{ name: "s2", $patch: "delete" }] })).toEqual(named("s4", "s3"));
    expect(secrets(["s1", "s3", "s4"], { ...order("s3", "s2"), secrets: [{ name: "s1", $patch: "delete" }, { name: "s2" }] })).toEqual(
      named("s3", "s4", "s2"),
    );
    expect(merge({}, { ...order("s2", "s1"), secrets: named("s2", "s1") })).toEqual({ secrets: named("s2", "s1") });
    expect(merge({}, order("s2"))).toEqual({});
    expect(secrets(["s4"], { ...order("s3"), secrets: named("s5") })).toBe(
      "500 -: The order in patch list:\n[map[name:s5]]\n doesn't match $setElementOrder list:\n[map[name:s3]]\n",
    );
    expect(secrets(["s4"], { "$setElementOrder/secrets": "s3" })).toBe("500 -: expected a []interface {}, but received a string");
    expect(merge({}, { "$setElementOrder/nothing": [] })).toBe(
      '500 -: unable to find api field in struct ServiceAccount for the json field "nothing"',
    );
    expect(merge({}, { $setElementOrder: [] })).toBe("400 BadRequest: invalid patch format of setElementOrder list");
  });

  it("joins, removes from and orders lists of scalars", () => {
    const finalizers = (patch: JsonObject) =>
      (merge({ metadata: { finalizers: ["a", "b"] } }, { metadata: patch }) as { metadata?: { finalizers?: JsonValue } }).metadata
        ?.finalizers;
    expect(finalizers({ finalizers: ["c", "a"] })).toEqual(["c", "a", "b"]);
    expect(finalizers({ "$deleteFromPrimitiveList/finalizers": ["b", "none"] })).toEqual(["a"]);
    expect(finalizers({ "$deleteFromPrimitiveList/finalizers": "a" })).toEqual(["a", "b"]);
    expect(
      finalizers({ "$deleteFromPrimitiveList/finalizers": ["a"], "$setElementOrder/finalizers": ["e", "b"], finalizers: ["e"] }),
    ).toEqual(["e", "b"]);
    expect(merge({}, { $deleteFromPrimitiveListx: [] })).toBe("400 BadRequest: invalid patch format of primitive list");
  });

  it("merges owner references by their uid", () => {
    const owners = { metadata: { ownerReferences: [{ uid: "1", name: "one" }] } };
    expect(merge(owners, { metadata: { ownerReferences: [{ uid: "1", controller: true }] } })).toEqual({
      metadata: { ownerReferences: [{ uid: "1", name: "one", controller: true }] },
    });
    expect(merge(owners, { metadata: { ownerReferences: [{ controller: true, name: "two" }] } })).toBe(
      "500 -: map: map[controller:true name:two] does not contain declared merge key: uid",
    );
  });

  it("keeps only what $retainKeys lists, which must list all that is set", () => {
    const retain = (keys: JsonValue, data: JsonObject) => merge({ data: { b: "2", c: "3" } }, { data: { $retainKeys: keys, ...data } });
    expect(retain(["b", "c"], { c: "4" })).toEqual({ data: { b: "2", c: "4" } });
    expect(retain(["c"], { c: "4" })).toEqual({ data: { c: "4" } });
    expect(retain(["c"], { d: "4" })).toBe("400 BadRequest: invalid patch format of retainKeys");
    expect(retain("c", { c: "4" })).toBe("400 BadRequest: invalid patch format of retainKeys");
  });

  it("says in Kubernetes' words what does not fit a merged list", () => {
    expect(secrets(["s4", "s3"], { secrets: ["s3"] })).toBe(
      "500 -: list element types are not identical: [[map[name:s4] map[name:s3]] [s3]]",
    );
    expect(secrets(["s3"], { secrets: [[{ name: "s3" }]] })).toBe(
      "500 -: list element types are not identical: [[map[name:s3]] [[map[name:s3]]]]",
    );
    expect(secrets([], { secrets: [[1]] })).toBe("422 Invalid: the server rejected our request due to an error in our request");
    expect(secrets(["s3"], { secrets: [{ nom: "s3" }] })).toBe("500 -: map: map[nom:s3] does not contain declared merge key: name");
    expect(secrets(["s3"], { secrets: [null] })).toBe("500 -: list element types are not identical: [[map[name:s3]] [<nil>]]");
    expect(merge({}, [1])).toBe("400 BadRequest: json: cannot unmarshal array into Go value of type map[string]interface {}");
  });

  it("leaves what has another type than expected to the decoder, and names it as Go prints it", () => {
    expect(merge({ secrets: named("a") }, { secrets: { name: "s3" } })).toEqual({ secrets: { name: "s3" } });
    const patch = parseJson(
      '{"data":{"c":5,"$retainKeys":["c"]},"f":[1.5,1e21,0.00001,null,true],"$setElementOrder/secrets":[],"secrets":[]}',
    );
    expect(printPatch(patch)).toBe("map[data:map[c:5] f:[1.5 1e+21 1e-05 <nil> true]]");
  });

  it("treats __proto__ as any other name", () => {
    const result = merge({ data: {} }, { data: JSON.parse('{"__proto__":"x"}') as JsonObject }) as { data: JsonObject };
    expect(Object.keys(result.data)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(result.data)).toBe(Object.prototype);
  });
});
