/** Requests that no client should send, and what each is answered. */

export const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
export const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";
export const MIB = 1024 * 1024;

export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export const network = (name: string, spec: object = { ipam: { mode: "Auto" } }) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name },
  spec,
});

const JSON_TYPE = { "content-type": "application/json" };
const YAML_TYPE = { "content-type": "application/yaml" };
const PROTOBUF_TYPE = { "content-type": "application/vnd.kubernetes.protobuf" };
const patchType = (type: string) => ({ "content-type": `application/${type}` });

export const post = (body: string | Buffer | object, headers: Record<string, string> = JSON_TYPE, path = CONFIG_MAPS): Request => ({
  method: "POST",
  path,
  headers,
  body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});
export const patch = (type: string, body: string, path = `${CONFIG_MAPS}/here`): Request => ({
  method: "PATCH",
  path,
  headers: patchType(type),
  body,
});
export const get = (path: string, headers: Record<string, string> = {}): Request => ({ path, headers });
const configMap = (metadata: object, more: object = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata, ...more });
const magic = (...bytes: number[]) => Buffer.from([0x6b, 0x38, 0x73, 0x00, ...bytes]);
export const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const token = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");

export type Case = readonly [what: string, request: Request, status: number, message: string | RegExp];

export const bodies: readonly Case[] = [
  ["no body", post(""), 400, "unexpected end of JSON input (<empty>)"],
  ["an unfinished object", post('{"metadata":{'), 400, 'unexpected end of JSON input ({"metadata":{)'],
  ["a list", post("[]"), 400, "cannot unmarshal array into Go value"],
  ["words", post("hello"), 400, "invalid character 'h' looking for beginning of value"],
  ["a NUL in JSON", post('{"metadata":\0{}}'), 400, "invalid character '\\x00' looking for beginning of value"],
  [
    "a byte order mark",
    post(`\ufeff${JSON.stringify(configMap({ name: "x" }))}`),
    400,
    "invalid character 'ï' looking for beginning of value",
  ],
  ["bytes that are no UTF-8", post(Buffer.from('{"metadata":{"name":"\xff\xfe"}}', "latin1")), 422, "metadata.name: Invalid value"],
  ["lists in lists", post("[".repeat(100_000)), 400, "exceeded max depth"],
  ["objects in objects", post('{"a":'.repeat(100_000)), 400, "exceeded max depth"],
  [
    "objects in a custom object",
    post(
      `{"apiVersion":"networking.datumapis.com/v1alpha","kind":"Network","spec":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}`,
      JSON_TYPE,
      NETWORKS,
    ),
    400,
    "exceeded max depth",
  ],
  ["a number of 100,000 digits", post(`{"metadata":{"name":"x","generation":${"9".repeat(100_000)}}}`), 400, "of type int64"],
  [
    "a fraction where an integer belongs",
    post({ ...network("x"), spec: { ipam: { mode: "Auto" }, mtu: 1e300 } }, JSON_TYPE, NETWORKS),
    422,
    "spec.mtu",
  ],
  ["three mebibytes and a byte", post(Buffer.alloc(3 * MIB + 1, " ")), 413, "Request entity too large: limit is 3145728"],
  ["three mebibytes of blanks", post(Buffer.alloc(3 * MIB, " ")), 400, "unexpected end of JSON input"],
  ["three mebibytes of brackets", post(Buffer.alloc(3 * MIB, "[")), 400, "exceeded max depth"],

  ["YAML that is none", post("a: b: c", YAML_TYPE), 400, "yaml: mapping values are not allowed in this context"],
  ["a tab in YAML", post("metadata:\n\tname: x", YAML_TYPE), 400, "yaml: line 2: found character that cannot start any token"],
  ["a NUL in YAML", post("a: \0", YAML_TYPE), 400, "yaml: control characters are not allowed"],
  ["YAML in UTF-16", post(Buffer.from("\ufeffa: b", "utf16le"), YAML_TYPE), 400, "yaml: invalid leading UTF-8 octet"],
  ["an unknown tag", post("metadata: !!js/function 'x'", YAML_TYPE), 400, "yaml: cannot decode !!str `x` as a !!js/function"],
  ["an anchor in itself", post("metadata: &a\n  labels: *a", YAML_TYPE), 400, "yaml: anchor 'a' value contains itself"],
  [
    "aliases of aliases of aliases",
    post(
      times(9, (i) => `k${i}: &k${i} [${i === 0 ? "x" : `*k${i - 1}`}${i === 0 ? ",x".repeat(8) : `,*k${i - 1}`.repeat(8)}]`).join("\n"),
      YAML_TYPE,
    ),
    400,
    "yaml: document contains excessive aliasing",
  ],
  ["three mebibytes of brackets in YAML", post("[".repeat(3 * MIB), YAML_TYPE), 400, "yaml: exceeded max depth of 10000"],
  ["three mebibytes of dashes in YAML", post("- ".repeat(1.5 * MIB), YAML_TYPE), 400, "yaml: exceeded max depth of 10000"],
  ["three mebibytes of commas in YAML", post(`[${",".repeat(3 * MIB - 1)}`, YAML_TYPE), 400, "yaml: document has more than 100000 tokens"],

  ["an empty protobuf body", post("", PROTOBUF_TYPE), 400, "empty data"],
  [
    "JSON that is called protobuf",
    post({ metadata: { name: "x" } }, PROTOBUF_TYPE),
    400,
    "does not appear to be a protobuf message, expected prefix [107 56 115 0]",
  ],
  ["protobuf without a type", post(magic(), PROTOBUF_TYPE), 400, "empty body"],
  ["an endless varint", post(magic(...Array(50).fill(0xff)), PROTOBUF_TYPE), 400, "proto: integer overflow"],
  ["a length beyond all bounds", post(magic(0x0a, 0xff, 0xff, 0xff, 0xff, 0x07), PROTOBUF_TYPE), 400, /unexpected EOF|proto: /],
  [
    "a negative length",
    post(magic(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f), PROTOBUF_TYPE),
    400,
    "proto: negative length found during unmarshaling",
  ],
  ["groups in groups", post(magic(...Array(100_000).fill(0x0b)), PROTOBUF_TYPE), 400, "unexpected EOF"],
  ["noise in protobuf", post(magic(...times(500, (i) => (i * 7919) % 251)), PROTOBUF_TYPE), 400, "proto: "],
  ["protobuf of a custom kind", post(magic(1, 2, 3), PROTOBUF_TYPE, NETWORKS), 415, "the body of the request was in an unknown format"],

  [
    "a type of content that nobody knows",
    post("<a/>", { "content-type": "text/xml" }),
    415,
    "the body of the request was in an unknown format",
  ],
  ["a type of content that is none", post("{}", { "content-type": "a/b/c;;;=" }), 415, "the body of the request was in an unknown format"],
];

export const objects: readonly Case[] = [
  [
    "the wrong kind for the URL",
    post({ apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }),
    400,
    "converting (v1.Secret) to (core.ConfigMap): unknown conversion",
  ],
  [
    "an unknown kind",
    post({ apiVersion: "v1", kind: "Thing", metadata: { name: "x" } }),
    400,
    'no kind "Thing" is registered for version "v1"',
  ],
  [
    "an unknown version",
    post({ apiVersion: "v2", kind: "ConfigMap", metadata: { name: "x" } }),
    400,
    'no kind "ConfigMap" is registered for version "v2"',
  ],
  [
    "a version that is none",
    post({ apiVersion: "a/b/c", kind: "ConfigMap", metadata: { name: "x" } }),
    400,
    "unexpected GroupVersion string: a/b/c",
  ],
  [
    "the wrong kind for a custom URL",
    post({ ...network("x"), kind: "Subnet" }, JSON_TYPE, NETWORKS),
    422,
    'kind: Invalid value: "Subnet": must be Network',
  ],
  [
    "an unknown version of a custom kind",
    post({ ...network("x"), apiVersion: "networking.datumapis.com/v9" }, JSON_TYPE, NETWORKS),
    400,
    "does not match the expected API version",
  ],
  [
    "another namespace",
    post(configMap({ name: "x", namespace: "other" })),
    400,
    "the namespace of the provided object does not match the namespace sent on the request",
  ],
  ["no name", post(configMap({})), 422, "metadata.name: Required value: name or generateName is required"],
  ["a bad name", post(configMap({ name: "Not_Good" })), 422, 'metadata.name: Invalid value: "Not_Good": a lowercase RFC 1123 subdomain'],
  ["a name with a NUL", post(configMap({ name: "a\0b" })), 422, 'metadata.name: Invalid value: "a\\x00b"'],
  ["a name of a path", post(configMap({ name: "../../x" })), 422, "metadata.name: Invalid value"],
  ["a name of 100,000 characters", post(configMap({ name: "a".repeat(100_000) })), 422, "must be no more than 253 characters"],
  ["a bad label", post(configMap({ name: "x", labels: { "a b": "c d" } })), 422, 'metadata.labels: Invalid value: "a b"'],
  ["a label that is a number", post(configMap({ name: "x", labels: { a: 1 } })), 400, "cannot unmarshal number into Go struct field"],
  [
    "annotations beyond 256 KiB",
    post(configMap({ name: "x", annotations: { a: "v".repeat(256 * 1024) } })),
    422,
    "metadata.annotations: Too long",
  ],
  ["a finalizer that is no name", post(configMap({ name: "x", finalizers: ["a b"] })), 422, "metadata.finalizers"],
  [
    "50,000 bad finalizers",
    post(configMap({ name: "x", finalizers: times(50_000, (i) => `f${i}`) })),
    422,
    "name is neither a standard finalizer name nor is it fully qualified",
  ],
  [
    "200,000 bad labels",
    post(configMap({ name: "x", labels: Object.fromEntries(times(200_000, (i) => [`${i} `, ""])) })),
    422,
    "metadata.labels",
  ],
  [
    "20,000 owners that all control",
    post(
      configMap({
        name: "x",
        ownerReferences: times(20_000, (i) => ({ apiVersion: "v1", kind: "ConfigMap", name: "a", uid: `${i}`, controller: true })),
      }),
    ),
    422,
    "Only one reference can have Controller set to true",
  ],
  [
    "an owner that is none",
    post(configMap({ name: "x", ownerReferences: [{}] })),
    422,
    "metadata.ownerReferences[0].apiVersion: Required value",
  ],
  ["a time that is none", post(configMap({ name: "x", creationTimestamp: "yesterday" })), 400, 'parsing time \\"yesterday\\"'],
  ["binary data that is none", post(configMap({ name: "x" }, { binaryData: { a: "***" } })), 400, "illegal base64 data at input byte 0"],
  [
    "data beyond a mebibyte",
    post(configMap({ name: "x" }, { data: { a: "v".repeat(MIB + 1) } })),
    422,
    "Too long: may not be more than 1048576 bytes",
  ],
  ["a key of data that is none", post(configMap({ name: "x" }, { data: { "a/b": "" } })), 422, "data[a/b]: Invalid value"],
  [
    "200,000 unknown members",
    post(
      { ...network("x"), spec: Object.fromEntries(times(200_000, (i) => [`k${i}`, 1])) },
      JSON_TYPE,
      `${NETWORKS}?fieldValidation=Strict`,
    ),
    400,
    'unknown field \\"spec.k0\\"',
  ],
  [
    "a member that comes 200,000 times",
    post(`{"metadata":{"name":"x"},"data":{${'"k":"v",'.repeat(200_000)}"k":"v"}}`, JSON_TYPE, `${CONFIG_MAPS}?fieldValidation=Strict`),
    400,
    'duplicate field \\"data.k\\"',
  ],
  [
    "members of every object in labels",
    post('{"metadata":{"name":"x","labels":{"__proto__":"a_"}}}'),
    422,
    'metadata.labels: Invalid value: "__proto__"',
  ],
  [
    "members of every object as unknown ones",
    post('{"__proto__":{"a":1},"metadata":{"name":"x"}}', JSON_TYPE, `${CONFIG_MAPS}?fieldValidation=Strict`),
    400,
    'unknown field \\"__proto__\\"',
  ],
  ["a metadata that is `__proto__` alone", post('{"metadata":{"__proto__":{"name":"x"}}}'), 422, "metadata.name: Required value"],
];

export const addresses: readonly Case[] = [
  ["a NUL", get("/%00"), 404, "404 page not found\n"],
  ["a NUL as a name", get(`${CONFIG_MAPS}/%00`), 404, 'configmaps "\\x00" not found'],
  ["a name that is a way up", get(`${CONFIG_MAPS}/%2e%2e`), 400, "Name parameter invalid: \"..\": may not be '..'"],
  ["a slash in a name", get(`${CONFIG_MAPS}/a%2Fb`), 404, "the server could not find the requested resource"],
  ["a percent sign in a name", get(`${CONFIG_MAPS}/a%25b`), 400, "may not contain '%'"],
  ["half an escape", get(`${CONFIG_MAPS}/%`), 400, "400 Bad Request"],
  ["an escape that is none", get(`${CONFIG_MAPS}/%zz`), 400, "400 Bad Request"],
  ["escaped bytes that are no UTF-8", get(`${CONFIG_MAPS}/%ff%fe`), 404, "not found"],
  ["a name of 40,000 characters", get(`${CONFIG_MAPS}/${"a".repeat(40_000)}`), 404, "not found"],
  [
    "a namespace of 40,000 characters",
    post(configMap({ name: "x" }), JSON_TYPE, `/api/v1/namespaces/${"n".repeat(40_000)}/configmaps`),
    404,
    "not found",
  ],
  ["20,000 segments", get("/x".repeat(20_000)), 404, "404 page not found\n"],
  ["empty segments", get("//api//v1"), 404, "404 page not found\n"],
  ...["/apis/__proto__", "/apis/constructor/v1"].map((path): Case => [path, get(path), 404, "404 page not found\n"]),
  ...["/api/__proto__", "/api/v1/constructor", `${CONFIG_MAPS}/here/__proto__`].map(
    (path): Case => [path, get(path), 404, "the server could not find the requested resource"],
  ),
  [`${CONFIG_MAPS}/__proto__`, get(`${CONFIG_MAPS}/__proto__`), 404, 'configmaps "__proto__" not found'],
  ["a subresource that is none", get(`${NETWORKS}/here/constructor`), 404, "not found"],
  [
    "a namespace that is not there",
    post(configMap({ name: "x" }), JSON_TYPE, "/api/v1/namespaces/nowhere/configmaps"),
    404,
    'namespaces "nowhere" not found',
  ],
  [
    "a method that is none",
    { method: "PROPFIND", path: CONFIG_MAPS },
    405,
    "the server does not allow this method on the requested resource",
  ],
  [
    "a method that does not fit",
    { method: "PUT", path: CONFIG_MAPS },
    405,
    "the server does not allow this method on the requested resource",
  ],
];

export const queries: readonly Case[] = (
  [
    ["limit=x", 400, 'strconv.ParseInt: parsing \\"x\\": invalid syntax'],
    ["limit=99999999999999999999", 400, "value out of range"],
    ["continue=garbage", 400, "continue key is not valid"],
    [`continue=${token({ v: "meta.k8s.io/v1", rv: 1, start: "../x" })}`, 400, "continue key is not valid: ../x"],
    [`continue=${token([])}`, 400, "continue key is not valid"],
    [`continue=${token({ v: 1 })}`, 400, "continue key is not valid"],
    [`continue=${token({ v: "meta.k8s.io/v9", rv: 1, start: "a" })}`, 400, "continue key is not valid"],
    ["resourceVersion=abc", 400, 'strconv.ParseUint: parsing \\"abc\\": invalid syntax'],
    ["resourceVersion=-1", 400, "invalid syntax"],
    ["resourceVersion=18446744073709551616", 400, "value out of range"],
    ["resourceVersion=99999999&timeout=100ms", 504, "Timeout"],
    ["resourceVersionMatch=Sometimes", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided"],
    ["labelSelector=a+in+(", 400, "unable to parse requirement"],
    [`labelSelector=${"(".repeat(30_000)}`, 400, "found '('"],
    [`labelSelector=${"a%2C".repeat(10_000)}`, 400, "expected: identifier after ','"],
    ["labelSelector=a%3Db%00", 400, "unable to parse requirement"],
    ["labelSelector=__proto__%3Da", 400, 'Invalid value: \\"__proto__\\"'],
    ["fieldSelector=__proto__%3Da", 400, '\\"__proto__\\" is not a known field selector'],
    ["fieldSelector=data.a%3D1", 400, '\\"data.a\\" is not a known field selector'],
    ["fieldSelector=metadata.name", 400, "can't understand 'metadata.name'"],
    ["timeoutSeconds=x", 400, "invalid syntax"],
    ["timeout=x", 400, "invalid timeout specified in the request URL"],
    ["watch=1&resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"],
    ["watch=1&sendInitialEvents=true", 422, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"],
    ["watch=1&timeoutSeconds=99999999999999999999", 400, "value out of range"],
  ] as const
).map(([query, status, message]) => [query.slice(0, 80), get(`${CONFIG_MAPS}?${query}`), status, message]);

export const patches: readonly Case[] = [
  ["a merge that is a list", patch("merge-patch+json", "[]"), 400, "cannot unmarshal array into Go value"],
  ["a merge that is nothing", patch("merge-patch+json", ""), 400, "invalid JSON patch"],
  ["a deep merge", patch("merge-patch+json", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`), 400, "invalid JSON patch"],
  ["a JSON patch that is an object", patch("json-patch+json", "{}"), 400, "cannot unmarshal object into Go value"],
  [
    "10,001 operations",
    patch("json-patch+json", `[${times(10_001, () => '{"op":"add","path":"/data/k","value":"1"}').join(",")}]`),
    413,
    "10001",
  ],
  ["a path through members of every object", patch("json-patch+json", '[{"op":"add","path":"/__proto__/x","value":1}]'), 422, ""],
  ["a test that fails", patch("json-patch+json", '[{"op":"test","path":"/data/a","value":"2"}]'), 422, ""],
  ["a strategic merge with an unknown directive", patch("strategic-merge-patch+json", '{"$patch":"bogus"}'), 500, "bogus"],
  [
    "a strategic merge of a custom kind",
    patch("strategic-merge-patch+json", "{}", `${NETWORKS}/here`),
    415,
    "accepted media types include",
  ],
  [
    "an apply that is no object",
    patch("apply-patch+yaml", "x", `${CONFIG_MAPS}/here?fieldManager=f`),
    400,
    "cannot unmarshal string into Go value",
  ],
  [
    "an apply that is no YAML",
    patch("apply-patch+yaml", "a: b: c", `${CONFIG_MAPS}/here?fieldManager=f`),
    400,
    "yaml: mapping values are not allowed in this context",
  ],
  ["a patch of an unknown type", patch("json", "{}"), 415, ""],
  [
    "options of a deletion that are a list",
    { method: "DELETE", path: `${CONFIG_MAPS}/here`, headers: JSON_TYPE, body: "[]" },
    400,
    "cannot unmarshal array into Go value",
  ],
  [
    "a deletion by another kind",
    { method: "DELETE", path: `${CONFIG_MAPS}/here`, headers: JSON_TYPE, body: '{"apiVersion":"v1","kind":"ConfigMap"}' },
    400,
    'no kind \\"ConfigMap\\" is registered',
  ],
  [
    "a propagation that is none",
    { method: "DELETE", path: `${CONFIG_MAPS}/here`, headers: JSON_TYPE, body: '{"propagationPolicy":"Bogus"}' },
    422,
    'propagationPolicy: Unsupported value: \\"Bogus\\"',
  ],
  ["a dry run that is none", { method: "DELETE", path: `${CONFIG_MAPS}/here?dryRun=Bogus` }, 422, "dryRun: Unsupported value"],
  ["an Accept that nothing fits", get(CONFIG_MAPS, { accept: "text/html" }), 406, "406: Not Acceptable"],
  ["an Accept that is none", get(CONFIG_MAPS, { accept: ";;;;===" }), 406, "406: Not Acceptable"],
  ["an Accept of 50,000 commas", get(CONFIG_MAPS, { accept: ",".repeat(50_000) }), 406, "406: Not Acceptable"],
  [
    "a table in a version that is none",
    get(CONFIG_MAPS, { accept: "application/json;as=Table;g=meta.k8s.io;v=v9" }),
    406,
    "only the following media types are accepted",
  ],
];
