import { expect, test } from "vitest";
import { notFound } from "../../apimachinery/status/status.ts";
import { configMap } from "../../apis/core/v1/config-map.ts";
import { network } from "../../apis/networking/v1alpha/network.ts";
import { decodeProtobuf } from "./protobuf/decode.ts";
import { encodeResponse, encodeWatchEvent, isPretty } from "./response.ts";

const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { b: "1" } };
const PROTOBUF = "application/vnd.kubernetes.protobuf";

test("JSON ends its line, indented JSON does not", () => {
  expect(encodeResponse(object, "application/json", false).toString()).toBe(`${JSON.stringify(object)}\n`);
  expect(encodeResponse({ a: [1n, {}] }, "application/json", true).toString()).toBe('{\n  "a": [\n    1,\n    {}\n  ]\n}');
});

test("YAML is never indented otherwise", () => {
  expect(encodeResponse(object, "application/yaml", true).toString()).toBe(
    'apiVersion: v1\ndata:\n  b: "1"\nkind: ConfigMap\nmetadata:\n  name: a\n',
  );
  const { status } = notFound({ group: "", resource: "configmaps" }, "none");
  expect(encodeResponse(status, "application/yaml", false).toString()).toBe(
    'apiVersion: v1\ncode: 404\ndetails:\n  kind: configmaps\n  name: none\nkind: Status\nmessage: configmaps "none" not found\nmetadata: {}\nreason: NotFound\nstatus: Failure\n',
  );
});

test("objects of kinds with protobuf go out as that, others and lists with their metadata alone", () => {
  expect(decodeProtobuf(configMap, encodeResponse(object, PROTOBUF, false, configMap))).toEqual(object);
  const list = { apiVersion: "v1", kind: "ConfigMapList", metadata: { resourceVersion: "7" }, items: [object] };
  expect(encodeResponse(list, PROTOBUF, false, configMap).subarray(0, 4).toString("latin1")).toBe("k8s\0");
  const meta = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata: { name: "a" } };
  expect(encodeResponse(meta, PROTOBUF, false, network).toString("latin1")).toContain("PartialObjectMetadata");
  expect(() => encodeResponse({ ...object, kind: "Network" }, PROTOBUF, false, network)).toThrow(
    "only the following media types are accepted",
  );
});

test("a watch event is a line of JSON, or a frame with its length", () => {
  expect(encodeWatchEvent("ADDED", object, "application/json", configMap).toString()).toBe(
    `${JSON.stringify({ type: "ADDED", object })}\n`,
  );
  const frame = encodeWatchEvent("ADDED", object, PROTOBUF, configMap);
  expect(frame.readUInt32BE()).toBe(frame.length - 4);
});

test("people's clients get indented JSON, and who asks for it", () => {
  const indented = (parameter: string | undefined) => (agent: string | undefined) => isPretty(parameter, agent);
  for (const nothing of [undefined, ""]) {
    expect(["curl/8.5.0", "Wget/1.21", "Mozilla/5.0 (X11)"].map(indented(nothing))).toEqual([true, true, true]);
    expect([undefined, "kubectl/v1.32.0", "xcurl"].map(indented(nothing))).toEqual([false, false, false]);
  }
  expect(["1", "t", "TRUE", "True"].map((parameter) => isPretty(parameter, "kubectl"))).toEqual([true, true, true, true]);
  expect(["0", "false", "2", "yes", "tRue"].map((parameter) => isPretty(parameter, "curl/8"))).toEqual([false, false, false, false, false]);
});
