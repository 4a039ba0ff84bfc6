import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../apimachinery/json/parse.ts";
import { stringify } from "../../../apimachinery/json/stringify.ts";
import type { JsonObject, JsonValue } from "../../../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject, type ListMeta, type ObjectMeta } from "../../../apimachinery/object.ts";
import { type Status, StatusError } from "../../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import { kinds } from "../../../apis/kinds.ts";
import { decodeBuiltin } from "../decode-builtin.ts";
import { decodeProtobuf, decodeProtobufDeleteOptions, hasProtobuf } from "./decode.ts";
import { encodeMessage, encodeMetadataMessage, encodeProtobufStatus, encodeProtobufWatchFrame, sealMessage } from "./encode.ts";
import { ProtobufListWriter } from "./list-writer.ts";

/** Objects as Go's clients and servers write them: in protobuf and in JSON (k8s.io/api 0.37.2). */
const SAMPLES = parseJson(readFileSync(new URL("testdata/messages.json", import.meta.url))) as Record<
  string,
  { base64: string; json: JsonObject }
>;

function sample<T = KubeObject>(name: string): { bytes: Buffer; json: T } {
  const found = SAMPLES[name];
  if (found === undefined) throw new Error(`no sample ${name}`);
  return { bytes: Buffer.from(found.base64, "base64"), json: found.json as T };
}

const kindOf = (apiVersion: string, name: string) =>
  kinds.find((kind) => kind.kind === name && apiVersionOf(kind) === apiVersion) as KindDefinition;
const configMap = kindOf("v1", "ConfigMap");

/** As the server goes on with it: zero values that are written, order. */
const normalised = (kind: KindDefinition, object: JsonValue) =>
  decodeBuiltin(kind, stringify(object), true, (text) => {
    throw new Error(text);
  }).value;

const encodeProtobuf = (kind: KindDefinition, object: KubeObject) =>
  sealMessage({ apiVersion: apiVersionOf(kind), kind: kind.kind }, encodeMessage(kind, object));

function decode(base64: string, kind = configMap): JsonObject | string {
  try {
    return decodeProtobuf(kind, Buffer.from(base64, "base64"));
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe("Kubernetes' protobuf", () => {
  it.each(["namespace", "configMap", "secret", "serviceAccount", "coreEvent", "event", "lease", "empty"])(
    "reads and writes a %s as Go does",
    (name) => {
      const { bytes, json } = sample(name);
      const kind = kindOf(json.apiVersion, json.kind);
      expect(normalised(kind, decodeProtobuf(kind, bytes))).toEqual(json);
      expect(encodeProtobuf(kind, json)).toEqual(bytes);
    },
  );

  it("reads delete options of any group", () => {
    const { bytes, json } = sample("deleteOptions");
    expect(decodeProtobufDeleteOptions(bytes)).toEqual(json);
    expect(decodeProtobufDeleteOptions(Buffer.from("azhzAAofCg5tZXRhLms4cy5pby92MRINRGVsZXRlT3B0aW9ucxIHCAAqA0FsbA==", "base64"))).toEqual({
      apiVersion: "meta.k8s.io/v1",
      kind: "DeleteOptions",
      gracePeriodSeconds: 0,
      dryRun: ["All"],
    });
    expect(decodeProtobufDeleteOptions(sample("configMap").bytes)).toEqual({ apiVersion: "v1", kind: "ConfigMap" });
  });

  it("writes lists, metadata, failures and the frames of watches as Go does", () => {
    const list = sample<{ apiVersion: string; kind: string; metadata: ListMeta; items: KubeObject[] }>("list");
    const writer = new ProtobufListWriter(list.json, list.json.metadata);
    for (const item of list.json.items) writer.add(encodeMessage(configMap, item));
    const { length, pieces } = writer.finish();
    const bytes = Buffer.concat([...(pieces as Uint8Array[])]);
    expect([length, bytes]).toEqual([list.bytes.length, list.bytes]);
    const status = sample<Status>("status");
    expect(encodeProtobufStatus(status.json)).toEqual(status.bytes);
    const partial = sample<{ apiVersion: string; kind: string; metadata: ObjectMeta }>("partial");
    const sealed = sealMessage(partial.json, encodeMetadataMessage(partial.json.metadata));
    expect(sealed).toEqual(partial.bytes);
    const event = sample("watch").bytes;
    const frame = encodeProtobufWatchFrame("ADDED", sealed);
    expect(frame.readUInt32BE()).toBe(event.length);
    expect(frame.subarray(4)).toEqual(event);
  });

  it.each([
    ["", "empty data (<empty>)"],
    ["azhzAA==", "empty body (6b387300)"],
    ["aGVsbG8gdGhlcmU=", "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (68656c6c6f207468657265)"],
    ["azhzAAoPCgJ2MRIJQ29uZmlnTWE=", "unexpected EOF (6b3873000a0f0a0276311209436f6e6669674d61)"],
  ])("refuses the body %j", (body, text) => {
    expect(decode(body)).toBe(`400: the object provided is unrecognized (must be of type ConfigMap): ${text}`);
  });

  it("names the type once the envelope has told it", () => {
    expect(decode("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEgQKAwoB")).toBe(
      '400: ConfigMap in version "v1" cannot be handled as a ConfigMap: unexpected EOF',
    );
    expect(decode("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhx7Im1ldGFkYXRhIjp7Im5hbWUiOiJqc29uIn19IhBhcHBsaWNhdGlvbi9qc29u")).toMatch(
      /^400: ConfigMap in version "v1" cannot be handled as a ConfigMap: /,
    );
  });

  it.each([
    ["without a type", "azhzABILCgkKB3VudHlwZWQ=", { metadata: { name: "untyped" } }],
    ["with an empty type", "azhzAAoECgASABILCgkKB3VudHlwZWQ=", { metadata: { name: "untyped" } }],
    ["without an object", "azhzAAoPCgJ2MRIJQ29uZmlnTWFw", { apiVersion: "v1", kind: "ConfigMap" }],
    ["of a kind without a message", "azhzAAoLCgJ2MRIFVGhpbmcSAA==", { apiVersion: "v1", kind: "Thing" }],
    ["of another kind", "azhzAAoMCgJ2MRIGU2VjcmV0EgUKAwoBeA==", { apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }],
    [
      "with unknown numbers",
      "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhwKBwoFZXh0cmESBgoBYRIBMZoGCHdoYXRldmVy",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "extra" }, data: { a: "1" } },
    ],
    [
      "with a key twice: the last wins",
      "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhkKBwoFdHdpY2USBgoBYRIBMRIGCgFhEgEy",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "twice" }, data: { a: "2" } },
    ],
    [
      "with bytes that are no UTF-8",
      "azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhEKBwoFYnl0ZXMSBgoBYRIB/w==",
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bytes" }, data: { a: "\ufffd" } },
    ],
  ])("takes an object %s", (_, body, object) => {
    expect(decode(body)).toEqual(object);
  });

  it("takes a member named __proto__ for any other", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: JSON.parse('{"__proto__":"x"}') };
    const decoded = decodeProtobuf(configMap, encodeProtobuf(configMap, object)) as { data: object };
    expect(Object.entries(decoded.data)).toEqual([["__proto__", "x"]]);
  });

  it("has a message for every built-in kind that takes bodies but CustomResourceDefinition, and for no custom one", () => {
    const without = kinds.filter((kind) => kind.flavor === "builtin" && !hasProtobuf(kind)).map(({ kind }) => kind);
    expect(without).toEqual(["CustomResourceDefinition"]);
    expect(kinds.some((kind) => kind.flavor === "custom" && hasProtobuf(kind))).toBe(false);
  });

  it("meets damaged bodies with an answer, whatever is in them", () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 0x1_0000_0000) * below);
    };
    const bodies = ["namespace", "coreEvent", "lease", "secret"].map((name) => sample(name).bytes);
    for (let round = 0; round < 5_000; round++) {
      const body = Buffer.from(bodies[random(bodies.length)] as Buffer);
      for (let damage = random(5); damage >= 0; damage--) body[4 + random(body.length - 4)] = random(256);
      const answer = decode(body.subarray(0, random(3) === 0 ? random(body.length) : body.length).toString("base64"));
      if (typeof answer === "string") expect(answer).toMatch(/^400: /);
    }
    const groups = Buffer.concat([
      sample("configMap").bytes.subarray(0, 21),
      Buffer.from([0x12, 0x80, 0x80, 0x40]),
      Buffer.alloc(1 << 20, 0x2b),
    ]);
    expect(decode(groups.toString("base64"))).toMatch(/unexpected EOF$/);
  });
});
