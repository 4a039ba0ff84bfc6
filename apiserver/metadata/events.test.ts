import { describe, expect, it } from "vitest";
import { errorText } from "../../apimachinery/field/error.ts";
import type { ObjectMeta } from "../../apimachinery/object.ts";
import { event as coreEvent } from "../../apis/core/v1/event.ts";
import { event } from "../../apis/events/v1/event.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { validateMetadata, validateMetadataUpdate } from "./validate.ts";

const objectOf = (metadata: ObjectMeta) => ({ apiVersion: "", kind: "Event", metadata: { namespace: "ns", ...metadata } });
const created = (kind: KindDefinition, metadata: ObjectMeta) => validateMetadata(kind, objectOf(metadata)).map(errorText);
const updated = (kind: KindDefinition, metadata: ObjectMeta) =>
  validateMetadataUpdate(kind, objectOf(metadata), objectOf(metadata)).map(errorText);

describe("the metadata of an event", () => {
  it("in the core group has any name or prefix that fits a path", () => {
    expect(created(coreEvent, { name: "web.17ab", generateName: "web." })).toEqual([]);
    expect(created(coreEvent, { name: "Web_1.17ab", generateName: "Web_" })).toEqual([]);
    expect(created(coreEvent, { name: "a/b", generateName: "a/" })).toEqual([
      `metadata.generateName: Invalid value: "a/": may not contain '/'`,
      `metadata.name: Invalid value: "a/b": may not contain '/'`,
    ]);
    expect(updated(coreEvent, { name: "Web_1.17ab" })).toEqual([]);
  });

  it("in events.k8s.io has that of a subdomain when it is new, and keeps any", () => {
    expect(created(event, { name: "web.17ab", generateName: "web-" })).toEqual([]);
    expect(created(event, { name: "web.17ab", generateName: "web." })).toEqual([
      expect.stringMatching(/^metadata\.generateName: Invalid value: "web\.": a lowercase RFC 1123 subdomain/),
    ]);
    expect(created(event, { name: "Web_1" })).toEqual([expect.stringMatching(/^metadata\.name: Invalid value: "Web_1": a lowercase/)]);
    expect(updated(event, { name: "Web_1.17ab", generateName: "web." })).toEqual([]);
  });

  it("has finalizers without a domain in the core group only", () => {
    expect(created(coreEvent, { name: "x", finalizers: ["hold"] })).toEqual([]);
    expect(created(event, { name: "x", finalizers: ["hold"] })).toEqual([expect.stringMatching(/^metadata\.finalizers\[0\]/)]);
  });
});
