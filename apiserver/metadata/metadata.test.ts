import { describe, expect, test } from "vitest";
import { errorText } from "../../apimachinery/field/error.ts";
import type { KubeObject, ObjectMeta } from "../../apimachinery/object.ts";
import { validateDnsLabel } from "../../apimachinery/validation/names.ts";
import { completeMetadataForCreate, generateName, prepareMetadataForCreate } from "./create.ts";
import { checkMetadataAgainstUrl, restoreSystemFields } from "./update.ts";
import { type MetadataRules, validateMetadata, validateMetadataUpdate } from "./validate.ts";
import { dedupeOwnerReferences, finalizerWarnings } from "./warnings.ts";

const builtin: MetadataRules = { group: "", scope: "Namespaced", flavor: "builtin", strategy: {} };
const custom: MetadataRules = { group: "example.com", scope: "Namespaced", flavor: "custom", strategy: {} };
const object = (metadata: ObjectMeta): KubeObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "n", ...metadata } });
const faults = (kind: MetadataRules, metadata: ObjectMeta) => validateMetadata(kind, object(metadata)).map(errorText);
const updateFaults = (kind: MetadataRules, metadata: ObjectMeta, old: ObjectMeta) =>
  validateMetadataUpdate(kind, object({ name: "x", ...metadata }), object({ name: "x", ...old })).map(errorText);

const owner = { apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "u" };

describe("a creation", () => {
  test("wipes what the server decides and takes the request's namespace", () => {
    const made = object({
      name: "a",
      namespace: "",
      uid: "u",
      creationTimestamp: "t",
      deletionTimestamp: "t",
      deletionGracePeriodSeconds: 1,
      selfLink: "/x",
      generation: 7,
    });
    prepareMetadataForCreate(made, "n");
    expect(made.metadata).toEqual({ name: "a", namespace: "n", generation: 7 });
  });

  test("clears the namespace of what has none, and refuses another one", () => {
    const made = object({ name: "a" });
    prepareMetadataForCreate(made, undefined);
    expect(made.metadata).toEqual({ name: "a" });
    expect(() => prepareMetadataForCreate(object({}), "other")).toThrow(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  });

  test("fills in uid, time and a generated name", () => {
    const meta: ObjectMeta = { generateName: "gen-" };
    completeMetadataForCreate(meta, { now: () => 0, newUid: () => "uid", random: (limit) => limit - 1 });
    expect(meta).toEqual({ generateName: "gen-", name: "gen-99999", uid: "uid", creationTimestamp: "1970-01-01T00:00:00Z" });
    expect(generateName("q".repeat(70), () => 0)).toBe(`${"q".repeat(58)}bbbbb`);
  });

  test("names everything that is wrong in Kubernetes' order", () => {
    const fields = validateMetadata(
      builtin,
      object({
        name: "Bad_Name",
        labels: { "a b": "c d" },
        annotations: { "x y": "z" },
        finalizers: ["a b"],
        ownerReferences: [{ ...owner, name: "" }],
      }),
    ).map(({ field }) => field);
    expect(fields).toEqual([
      "metadata.name",
      "metadata.labels",
      "metadata.labels",
      "metadata.annotations",
      "metadata.ownerReferences[0].name",
      "metadata.finalizers",
      "metadata.finalizers[0]",
    ]);
  });

  test("needs a name, or a prefix that may end with a dash", () => {
    expect(faults(builtin, {})).toEqual(["metadata.name: Required value: name or generateName is required"]);
    expect(faults(builtin, { name: "gen-x", generateName: "gen-" })).toEqual([]);
    expect(validateMetadata(builtin, object({ name: "Abc-x", generateName: "Abc-" })).map(({ field }) => field)).toEqual([
      "metadata.generateName",
      "metadata.name",
    ]);
    expect(faults({ ...builtin, strategy: { validateName: validateDnsLabel } }, { name: "a.b" })).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
  });

  test("checks annotations in lower case and by their total size", () => {
    expect(faults(builtin, { name: "x", annotations: { "Example.COM/A": "any thing", B: "" } })).toEqual([]);
    expect(faults(builtin, { name: "x", annotations: { a: "x".repeat(262144) } })).toEqual([
      "metadata.annotations: Too long: may not be more than 262144 bytes",
    ]);
  });

  test("wants complete owners, one controller and no Events among them", () => {
    expect(faults(builtin, { name: "x", ownerReferences: [{} as typeof owner] })).toEqual(
      ["apiVersion", "kind", "name", "uid"].map((field) => `metadata.ownerReferences[0].${field}: Required value: must not be empty`),
    );
    expect(faults(builtin, { name: "x", ownerReferences: [{ ...owner, apiVersion: "a/b/c" }] })).toEqual([
      'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": must be <group>/<version> or <version>',
    ]);
    expect(faults(builtin, { name: "x", ownerReferences: [{ ...owner, kind: "Event" }] })).toEqual([
      'metadata.ownerReferences[0]: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ]);
    const controllers = ["o", "p"].map((name) => ({ ...owner, name, uid: name, controller: true }));
    expect(faults(builtin, { name: "x", ownerReferences: controllers })).toEqual([
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"ConfigMap","name":"o","uid":"o","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"p","uid":"p","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for ConfigMap/o and ConfigMap/p',
    ]);
  });

  test("refuses finalizers without a domain for most built-in kinds only", () => {
    const text = 'metadata.finalizers[0]: Invalid value: "hold.x": name is neither a standard finalizer name nor is it fully qualified';
    expect(faults(builtin, { name: "x", finalizers: ["hold.x"] })).toEqual([text]);
    expect(faults(custom, { name: "x", finalizers: ["hold.x"] })).toEqual([]);
    expect(faults({ ...builtin, group: "apiextensions.k8s.io" }, { name: "x", finalizers: ["hold.x"] })).toEqual([]);
    expect(faults(builtin, { name: "x", finalizers: ["orphan", "foregroundDeletion"] })).toEqual([
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ]);
  });
});

describe("an update", () => {
  test("restores what cannot change, in silence", () => {
    const meta: ObjectMeta = { name: "a", generation: 17, creationTimestamp: "2001-01-01T00:00:00Z", selfLink: "/x" };
    restoreSystemFields(meta, { name: "a", uid: "u", creationTimestamp: "c", deletionTimestamp: "d", deletionGracePeriodSeconds: 0 });
    expect(meta).toEqual({ name: "a", uid: "u", creationTimestamp: "c", deletionTimestamp: "d", deletionGracePeriodSeconds: 0 });
  });

  test("refuses a deletion time, once for built-in kinds and twice for custom ones", () => {
    const texts = [
      'metadata.deletionTimestamp: Invalid value: "2030-01-01T00:00:00Z": field is immutable',
      "metadata.deletionGracePeriodSeconds: Invalid value: 5: field is immutable",
    ];
    const meta = { deletionTimestamp: "2030-01-01T00:00:00Z", deletionGracePeriodSeconds: 5 };
    expect(updateFaults(builtin, meta, {})).toEqual(texts);
    expect(updateFaults(custom, meta, {})).toEqual([...texts, ...texts]);
  });

  test("names a bad label of a custom kind three times", () => {
    expect(updateFaults(custom, { labels: { a: "b c" } }, {})).toHaveLength(3);
  });

  test("adds no finalizers while the object is being deleted", () => {
    const terminating = { deletionTimestamp: "d", finalizers: ["example.com/a"] };
    expect(updateFaults(builtin, { ...terminating, finalizers: ["example.com/b"] }, terminating)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/b"}',
    ]);
    expect(updateFaults(builtin, { deletionTimestamp: "d" }, terminating)).toEqual([]);
  });

  test("must come under its own name", () => {
    expect(() => checkMetadataAgainstUrl({}, "base", "n")).toThrow(
      "the name of the object (base based on URL) was undeterminable: name must be provided",
    );
    expect(() => checkMetadataAgainstUrl({ name: "other" }, "base", "n")).toThrow(
      "the name of the object (other) does not match the name on the URL (base)",
    );
    expect(() => checkMetadataAgainstUrl({ name: "base", namespace: "m" }, "base", "n")).toThrow(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  });
});

test("owner references that repeat are removed with a warning", () => {
  const meta = { ownerReferences: [owner, { ...owner }, { ...owner, name: "p" }] };
  expect(dedupeOwnerReferences(meta, false)).toBe(
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: u",
  );
  expect(meta.ownerReferences.map(({ name }) => name)).toEqual(["o", "p"]);
  expect(dedupeOwnerReferences(meta, true)).toBeUndefined();
});

test("custom kinds warn of new finalizers that name no domain", () => {
  expect(finalizerWarnings({ finalizers: ["hold", "hold.x", "old", "orphan", "example.com/a"] }, { finalizers: ["old"] })).toEqual([
    'metadata.finalizers: "hold": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
    'metadata.finalizers: "hold.x": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers',
  ]);
});

test("a hundred thousand finalizers are compared with as many in a moment, and as many warned of as anybody reads", () => {
  const names = (prefix: string) => Array.from({ length: 100_000 }, (_, i) => `${prefix}${i}`);
  expect(finalizerWarnings({ finalizers: names("a") }, { finalizers: names("b") })).toHaveLength(1_000);
  expect(finalizerWarnings({ finalizers: names("a") }, { finalizers: names("a") })).toEqual([]);
  expect(updateFaults(builtin, { finalizers: names("a") }, {})).toHaveLength(100_000);
});

test("an object that is being deleted may have a hundred thousand finalizers, and as many new ones are refused in a moment", () => {
  const names = (prefix: string) => Array.from({ length: 100_000 }, (_, i) => `example.com/${prefix}${i}`);
  const gone = { deletionTimestamp: "t", finalizers: names("a") };
  expect(updateFaults(builtin, { ...gone, finalizers: names("b") }, gone)).toHaveLength(1);
  expect(updateFaults(builtin, gone, gone)).toEqual([]);
});
