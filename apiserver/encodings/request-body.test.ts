import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { lease } from "../../apis/coordination/v1/lease.ts";
import { configMap } from "../../apis/core/v1/config-map.ts";
import { defineKind } from "../../apis/define-kind.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { anyObject, integer, list, object, optional, string } from "../../apis/typed-schema.ts";
import type { FieldValidation } from "../options/write-options.ts";
import { decodeDeleteOptions, decodeObject, decodeRequestBody } from "./request-body.ts";

const lamp = defineKind({
  group: "example.com",
  version: "v1",
  kind: "Lamp",
  plural: "lamps",
  flavor: "custom",
  schema: object("", {
    spec: optional(
      object("", {
        colour: optional(string()),
        size: optional(integer("", { default: 3 })),
        list: optional(list("", object("", { c: optional(string()) }))),
        any: optional(anyObject("")),
        template: optional(anyObject("", { "x-kubernetes-embedded-resource": true })),
      }),
    ),
  }),
});

const JSON_TYPE = "application/json";
const YAML_TYPE = "application/yaml";
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";

const decode = (
  kind: KindDefinition,
  body: string | Uint8Array,
  type: string | undefined = JSON_TYPE,
  fieldValidation: FieldValidation = "Warn",
) => decodeRequestBody(kind, type, Buffer.from(body), { fieldValidation });

function failureOf(step: () => unknown): string {
  try {
    step();
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const NO_CONFIG_MAP = "400 the object provided is unrecognized (must be of type ConfigMap): ";
const NOT_PARSED = `${NO_CONFIG_MAP}couldn't get version/kind; json parse error: `;
const NOT_HANDLED = "cannot be handled as a ConfigMap: ";
const PROBE = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

describe("a built-in kind", () => {
  test("comes out with its type and metadata first, and what the body does not say of its type from the path", () => {
    for (const body of ['{"metadata":{"name":"a"},"data":{"b":"1"}}', '{"data":{"b":"1"},"kind":"ConfigMap","metadata":{"name":"a"}}']) {
      const { object, warnings } = decode(configMap, body);
      expect(JSON.stringify(object)).toBe('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"b":"1"}}');
      expect(warnings).toEqual([]);
    }
    expect(decode(configMap, "null").object).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: {} });
  });

  test.each([
    ["", `${NOT_PARSED}unexpected end of JSON input (<empty>)`],
    ["   ", `${NOT_PARSED}unexpected end of JSON input (202020)`],
    ["{", `${NOT_PARSED}unexpected end of JSON input ({)`],
    ["hello there", `${NOT_PARSED}invalid character 'h' looking for beginning of value (68656c6c6f207468657265)`],
    ["[]", `${NOT_PARSED}json: cannot unmarshal array into Go value of type ${PROBE} (5b5d)`],
    ['{"apiVersion":"v1","kind":"ConfigMap","metadata":', `${NOT_PARSED}unexpected end of JSON input ({"apiVersion":"v1","kind":"Con ...)`],
    ['{"kind":7}', `${NOT_PARSED}json: cannot unmarshal number into Go struct field .kind of type string ({"kind":7})`],
    ['{"apiVersion":"a/b/c"}', `${NO_CONFIG_MAP}unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})`],
    [
      '{"data":[]}',
      `400 ConfigMap in version "v1" ${NOT_HANDLED}json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string`,
    ],
    ['{"data":[],"kind":7}', `${NOT_PARSED}json: cannot unmarshal number into Go struct field .kind of type string ({"data":[],"kind":7})`],
    [
      '{"kind":"Secret","apiVersion":"v1"}',
      `400 Secret in version "v1" ${NOT_HANDLED}converting (v1.Secret) to (core.ConfigMap): unknown conversion`,
    ],
    ['{"kind":"Secret","data":{"a":"1"}}', `400 Secret in version "v1" ${NOT_HANDLED}illegal base64 data at input byte 0`],
    [
      '{"kind":"Lease","apiVersion":"coordination.k8s.io/v1"}',
      `400 Lease in version "v1" ${NOT_HANDLED}converting (v1.Lease) to (core.ConfigMap): unknown conversion`,
    ],
    [
      '{"kind":"ConfigMapList","items":[]}',
      `400 ConfigMapList in version "v1" ${NOT_HANDLED}converting (v1.ConfigMapList) to (core.ConfigMap): unknown conversion`,
    ],
    ['{"kind":"List"}', `400 List in version "v1" ${NOT_HANDLED}converting (v1.List) to (core.ConfigMap): unknown conversion`],
    [
      '{"kind":"configmap"}',
      `400 configmap in version "v1" ${NOT_HANDLED}no kind "configmap" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
    [
      '{"apiVersion":"example.com/v1"}',
      `400 ConfigMap in version "v1" ${NOT_HANDLED}no kind "ConfigMap" is registered for version "example.com/v1" in scheme "pkg/runtime/scheme.go:111"`,
    ],
  ])("the body %j is refused", (body, message) => {
    expect(failureOf(() => decode(configMap, body))).toBe(message);
  });

  test("the type is found whatever the case of its names, as Go finds it", () => {
    expect(failureOf(() => decode(configMap, '{"KIND":"Secret"}'))).toContain("converting (v1.Secret)");
  });

  test("problems are warnings, or a failure that lists them all, or nothing", () => {
    const body = '{"metadata":{"name":"j"},"Data":{"a":"1"},"metadata":{"foo":"bar"}}';
    const problems = ['unknown field "Data"', 'duplicate field "metadata"', 'unknown field "metadata.foo"'];
    expect(decode(configMap, body).warnings).toEqual(problems);
    expect(decode(configMap, body).object.metadata).toEqual({ name: "j" });
    expect(decode(configMap, body, JSON_TYPE, "Ignore").warnings).toEqual([]);
    expect(failureOf(() => decode(configMap, body, JSON_TYPE, "Strict"))).toBe(
      `400 ConfigMap in version "v1" ${NOT_HANDLED}strict decoding error: ${problems.join(", ")}`,
    );
  });

  test("an unknown field may nest as deep as in Go", () => {
    const nested = (depth: number) => `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(decode(configMap, nested(9_000)).warnings).toEqual(['unknown field "x"']);
    expect(failureOf(() => decode(configMap, nested(10_001)))).toContain("invalid character '[' exceeded max depth");
  });

  test("times and numbers follow the Go type", () => {
    expect(decode(lease, '{"spec":{"renewTime":"2026-03-04T05:06:07.123456+02:00","leaseTransitions":0}}').object.spec).toEqual({
      renewTime: "2026-03-04T03:06:07.123456Z",
      leaseTransitions: 0,
    });
    expect(failureOf(() => decode(lease, '{"spec":{"leaseDurationSeconds":1.5e1}}'))).toBe(
      '400 Lease in version "v1" cannot be handled as a Lease: json: cannot unmarshal number 1.5e1 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32',
    );
  });
});

describe("YAML", () => {
  test("is read by way of JSON, its doubled keys told in its own way", () => {
    const body = 'kind: ConfigMap\nmetadata: {name: yam}\ndata:\n  a: "1"\n  a: "2"\n  b: ~\ncolour: red\n';
    const { object, warnings } = decode(configMap, body, YAML_TYPE);
    expect(object).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "yam" }, data: { a: "2", b: "" } });
    expect(warnings).toEqual(['line 5: key "a" already set in map', 'unknown field "colour"']);
    expect(failureOf(() => decode(configMap, body, YAML_TYPE, "Strict"))).toBe(
      `400 ConfigMap in version "v1" ${NOT_HANDLED}strict decoding error: yaml: unmarshal errors:\n  line 5: key "a" already set in map, unknown field "colour"`,
    );
  });

  test.each([
    ["a: b: c", `${NO_CONFIG_MAP}yaml: mapping values are not allowed in this context (613a20623a2063)`],
    ["hello", `${NOT_PARSED}json: cannot unmarshal string into Go value of type ${PROBE} (68656c6c6f)`],
    [
      "metadata: {name: y}",
      `400 ConfigMap in version "v1" ${NOT_HANDLED}json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string`,
    ],
    ["binaryData:\n  a: !!binary AAEC\n", `400 ConfigMap in version "v1" ${NOT_HANDLED}illegal base64 data at input byte 0`],
  ])("%j is refused", (body, message) => {
    expect(failureOf(() => decode(configMap, body, YAML_TYPE))).toBe(message);
  });

  test("an empty body is an empty object", () => {
    expect(decode(configMap, "", YAML_TYPE).object).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: {} });
  });
});

describe("protobuf", () => {
  const bytes = (base64: string) => Buffer.from(base64, "base64");

  test("is decoded as the same object in JSON would be", () => {
    const { object } = decode(
      configMap,
      bytes("azhzAAoPCgJ2MRIJQ29uZmlnTWFwEi8KEgoCcGJaDAoGZ29sZGVuEgJwYhIGCgFhEgExEgcKAWISAsOpGggKAXoSAwABAg=="),
      PROTOBUF_TYPE,
      "Strict",
    );
    expect(object).toMatchObject({
      metadata: { name: "pb", labels: { golden: "pb" } },
      data: { a: "1", b: "é" },
      binaryData: { z: "AAEC" },
    });
  });

  test("that is none, or of another kind, is refused", () => {
    expect(failureOf(() => decode(configMap, "", PROTOBUF_TYPE))).toBe(`${NO_CONFIG_MAP}empty data (<empty>)`);
    expect(failureOf(() => decode(configMap, bytes("azhzAAoMCgJ2MRIGU2VjcmV0EgUKAwoBeA=="), PROTOBUF_TYPE))).toBe(
      `400 Secret in version "v1" ${NOT_HANDLED}converting (v1.Secret) to (core.ConfigMap): unknown conversion`,
    );
    expect(failureOf(() => decode(lamp, "x", PROTOBUF_TYPE))).toMatch(/^415 the body of the request was in an unknown format/);
  });
});

describe("a custom kind", () => {
  const body = (rest: string) => `{"apiVersion":"example.com/v1","kind":"Lamp",${rest}}`;

  test("is pruned, loses nulls, gets defaults, and has its members in order", () => {
    const { object, warnings } = decode(
      lamp,
      body(
        '"spec":{"zz":1,"list":[{"c":"x","zz":1},{"c":null}],"colour":null,"any":{"b":null,"a":9007199254740993}},"extra":1,"metadata":{"name":"a","foo":1,"labels":{"b":"1","a":null}}',
      ),
    );
    expect(warnings).toEqual([
      'unknown field "metadata.foo"',
      'unknown field "extra"',
      'unknown field "spec.list[0].zz"',
      'unknown field "spec.zz"',
    ]);
    expect(object).toEqual({
      apiVersion: "example.com/v1",
      kind: "Lamp",
      metadata: { name: "a", labels: { a: "", b: "1" } },
      spec: { any: { a: 9007199254740993n, b: null }, list: [{ c: "x" }, {}], size: 3 },
    });
    expect(Object.keys(object)).toEqual(["apiVersion", "kind", "metadata", "spec"]);
  });

  test("without metadata, or with null, has empty metadata", () => {
    expect(decode(lamp, '{"apiVersion":"example.com/v1","kind":"Lamp"}').object.metadata).toEqual({});
    expect(decode(lamp, body('"metadata":null')).object.metadata).toEqual({});
  });

  test("doubled fields are told before unknown ones; the later value takes the place of the first", () => {
    const { object, warnings } = decode(
      lamp,
      body('"spec":{"colour":"a","colour":"b"},"metadata":{"foo":1,"name":"a","name":"b"},"spec":{"zz":1}'),
    );
    expect(warnings).toEqual([
      'duplicate field "spec.colour"',
      'duplicate field "metadata.name"',
      'duplicate field "spec"',
      'unknown field "metadata.foo"',
      'unknown field "spec.zz"',
    ]);
    expect(object).toMatchObject({ metadata: { name: "b" }, spec: { size: 3 } });
  });

  test.each([
    ["{}", `400 the object provided is unrecognized (must be of type Lamp): Object 'Kind' is missing in '{}' ({})`],
    ["null", `400 the object provided is unrecognized (must be of type Lamp): Object 'Kind' is missing in 'null' (6e756c6c)`],
    ['{"kind":"Lamp"}', "400 the API version in the data () does not match the expected API version (example.com/v1)"],
    ['{"apiVersion":"v1","kind":"Lamp"}', "400 the API version in the data (v1) does not match the expected API version (example.com/v1)"],
    [
      body('"metadata":"x"'),
      '400 Lamp in version "v1" cannot be handled as a Lamp: json: cannot unmarshal string into Go value of type v1.ObjectMeta',
    ],
    [
      body('"metadata":{"name":1,"labels":{"a":1}}'),
      '400 Lamp in version "v1" cannot be handled as a Lamp: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    ],
    [
      body('"spec":{"size":1e400}'),
      '400 Lamp in version "v1" cannot be handled as a Lamp: json: cannot unmarshal number 1e400 into Go value of type float64',
    ],
    [
      body('"spec":{"template":{"kind":3}}'),
      '400 Lamp in version "v1" cannot be handled as a Lamp: spec.template.kind: Invalid value: 3: must be a string',
    ],
  ])("the body %s is refused", (text, message) => {
    expect(failureOf(() => decode(lamp, text))).toBe(message);
  });

  test("nesting is bounded, so that no object can overflow the stack", () => {
    expect(failureOf(() => decode(lamp, body(`"spec":${"[".repeat(9_000)}${"]".repeat(9_000)}`)))).toContain("exceeded max depth");
  });
});

describe("the result of a patch", () => {
  const results = (kind: KindDefinition, value: JsonValue, fieldValidation: FieldValidation = "Strict", more = {}) =>
    decodeObject(kind, value, { fieldValidation, ...more });

  test("that cannot be read is a 422 that quotes it", () => {
    expect(failureOf(() => results(configMap, { data: { a: 1 }, metadata: { name: "q" } }))).toBe(
      String.raw`422  "" is invalid: patch: Invalid value: "{\"data\":{\"a\":1},\"metadata\":{\"name\":\"q\"}}": json: cannot unmarshal number into Go struct field ConfigMap.data of type string`,
    );
    expect(failureOf(() => results(configMap, []))).toContain(
      `Invalid value: "[]": couldn't get version/kind; json parse error: json: cannot unmarshal array`,
    );
    expect(failureOf(() => results(lamp, []))).toContain(
      `Invalid value: "[]": couldn't get version/kind; json parse error: json: cannot unmarshal array`,
    );
    expect(failureOf(() => results(configMap, { kind: "Secret", data: { a: "1" } }))).toContain("illegal base64 data at input byte 0");
  });

  test("has its problems in the order of the text that is quoted, sorted where that is no JSON", () => {
    const value = { metadata: { zz: 1 }, extra: 1 };
    const told = 'strict decoding error: unknown field "extra", unknown field "metadata.zz"';
    const json = '{"extra":1,"metadata":{"zz":1}}';
    expect(failureOf(() => results(configMap, value, "Strict", { patchText: () => json }))).toContain(told);
    expect(failureOf(() => results(configMap, value, "Strict", { strategic: true, patchText: () => "map[extra:1]" }))).toBe(
      `422  "" is invalid: patch: Invalid value: "map[extra:1]": ${told}`,
    );
  });

  test("of a strategic merge has the converter's words", () => {
    expect(
      failureOf(() => results(configMap, { data: { a: 1 } }, "Warn", { strategic: true, patchText: () => "map[data:map[a:1]]" })),
    ).toBe('422  "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string');
  });

  test("is quoted as it was before it was pruned", () => {
    const value = { apiVersion: "example.com/v1", kind: "Lamp", spec: { size: 1, zz: 1 } };
    expect(failureOf(() => results(lamp, value))).toContain(
      String.raw`\"spec\":{\"size\":1,\"zz\":1}}": strict decoding error: unknown field "spec.zz"`,
    );
    expect(results(lamp, value, "Ignore").object.spec).toEqual({ size: 1 });
    expect(value.spec).toEqual({ size: 1, zz: 1 });
  });

  test("problems of the patch itself come first", () => {
    const { warnings } = results(configMap, { extra: 1 }, "Warn", { problems: ['duplicate field "data.a"'] });
    expect(warnings).toEqual(['duplicate field "data.a"', 'unknown field "extra"']);
  });

  test("of a custom kind keeps its type", () => {
    const metadata = { name: "left" };
    // validation refuses them
    for (const type of [
      { apiVersion: "example.com/v1", kind: "Boot" },
      { apiVersion: "example.com/v2", kind: "Lamp" },
    ]) {
      expect(results(lamp, { ...type, metadata }).object).toEqual({ ...type, metadata });
    }
    expect(failureOf(() => results(lamp, { kind: "Lamp", metadata }))).toBe(
      "500 Internal error occurred: Object 'apiVersion' is missing in 'object has no apiVersion field'",
    );
    expect(failureOf(() => results(lamp, { apiVersion: "example.com/v1", metadata }))).toMatch(
      /^422 {2}"" is invalid: patch: .*Object 'Kind' is missing/,
    );
  });
});

test("a body of nothing but unknown or doubled fields is read, and the first of them are told", () => {
  const unknown = Array.from({ length: 150_000 }, (_, i) => `"a${i}":1`).join();
  const doubled = Array.from({ length: 100_000 }, (_, i) => `"a${i}":1,"a${i}":1`).join();
  const warnings = (spec: string) => {
    const body = Buffer.from(`{"apiVersion":"example.com/v1","kind":"Lamp","metadata":{"name":"l"},"spec":{${spec}}}`);
    return decodeRequestBody(lamp, JSON_TYPE, body, { fieldValidation: "Warn" }).warnings;
  };
  expect(warnings(unknown)).toHaveLength(1_000);
  expect(warnings(`"any":{${doubled}}`)).toHaveLength(100);
});

describe("options of a deletion", () => {
  const options = (body: string, type: string | undefined = JSON_TYPE) => decodeDeleteOptions(Buffer.from(body), type);

  test("are read from any group's DeleteOptions in any form; unknown fields do not matter", () => {
    expect(options('{"kind":"DeleteOptions","apiVersion":"coordination.k8s.io/v1","dryRun":["All"],"why":"so"}')).toMatchObject({
      dryRun: ["All"],
    });
    expect(options('{"preconditions":{"uid":""},"orphanDependents":false,"gracePeriodSeconds":0}')).toEqual({
      preconditions: { uid: "" },
      orphanDependents: false,
      gracePeriodSeconds: 0,
    });
    expect(options("kind: DeleteOptions\ndryRun: [All]\n", YAML_TYPE)).toMatchObject({ dryRun: ["All"] });
    expect(decodeDeleteOptions(Buffer.from("azhzAAoTCgJ2MRINRGVsZXRlT3B0aW9ucxIFKgNBbGw=", "base64"), PROTOBUF_TYPE)).toMatchObject({
      dryRun: ["All"],
    });
  });

  test.each([
    ['{"kind":', "400 couldn't get version/kind; json parse error: unexpected end of JSON input"],
    ['{"kind":"Delete","apiVersion":"v1"}', '400 no kind "Delete" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
    [
      '{"gracePeriodSeconds":"soon"}',
      "400 json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
    ],
    [
      '{"preconditions":"x"}',
      "400 json: cannot unmarshal string into Go struct field DeleteOptions.preconditions of type v1.Preconditions",
    ],
  ])("%j is refused", (body, message) => {
    expect(failureOf(() => options(body))).toBe(message);
  });
});
