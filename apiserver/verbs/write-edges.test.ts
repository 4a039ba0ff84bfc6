import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lampDefinition } from "../testing/definition.ts";
import { type Asked, type Served, serve } from "../testing/serve.ts";

/** What the recordings have no sample of; read off kube-apiserver's source. */
let server: Served;
beforeEach(async () => {
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "ns" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

const MAPS = "/api/v1/namespaces/ns/configmaps";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/ns/leases";
const APPLY = { "content-type": "application/apply-patch+yaml" };

async function told(method: string, target: string, asked: Asked = {}): Promise<string> {
  const { status, json } = await server.ask(method, target, asked);
  return `${status} ${json().message ?? json().kind}`;
}

describe("of several faults", () => {
  it("the type of the body is told first in a POST, and the options in a PUT", async () => {
    const asked = { body: "x".repeat(10), headers: { "content-type": "text/plain" } };
    expect(await told("POST", `${MAPS}?dryRun=x`, asked)).toMatch(/^415 the body of the request was in an unknown format/);
    expect(await told("PUT", `${MAPS}/a?dryRun=x`, asked)).toMatch(/^422 UpdateOptions/);
    const review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?dryRun=x";
    expect(await told("POST", review, asked)).toMatch(/^415 /);
  });

  it("those of the list are told first in the deletion of a collection", async () => {
    expect(await told("DELETE", `${MAPS}?limit=x`, { body: "{" })).toBe('400 strconv.ParseInt: parsing "x": invalid syntax');
  });

  it("all characters of a field manager that cannot be printed are told, after its length", async () => {
    const { json } = await server.ask("POST", `${MAPS}?fieldManager=${"a".repeat(128)}%09b%0a`, { body: { metadata: { name: "a" } } });
    expect(json().details.causes.map(({ message }: { message: string }) => message.replace(/a{128}/, ""))).toEqual([
      "Too long: may not be more than 128 bytes",
      'Invalid value: "\\tb\\n": invalid character U+0009 (at position 128)',
      'Invalid value: "\\tb\\n": invalid character U+000A (at position 130)',
    ]);
  });
});

describe("a failure", () => {
  const lines = async (target: string, headers: Asked["headers"] = {}) => (await server.ask("GET", target, { headers })).bytes.toString();

  it("is indented for whoever gets other answers so", async () => {
    const missing = `${MAPS}/none`;
    expect(await lines(missing)).toMatch(/^\{"kind":"Status",.*\}\n$/);
    expect(await lines(`${missing}?pretty=true`)).toMatch(/^\{\n {2}"kind": "Status",\n(.*\n)+\}$/);
    expect(await lines(missing, { "user-agent": "curl/8.5.0" })).toContain('\n  "metadata": {},\n');
    expect(await lines(missing, { accept: "application/json;pretty=1" })).toContain('\n  "metadata": {},\n');
  });

  it("is indented where the client accepts no form of it", async () => {
    expect(await lines(`${MAPS}/none`, { accept: "text/html" })).toContain('\n  "metadata": {},\n');
  });
});

describe("a resourceVersion", () => {
  it("means nothing where an apply or a PUT creates, but has to be a number", async () => {
    const lease = (resourceVersion: string) => ({ metadata: { name: "a", resourceVersion } });
    expect(await told("PUT", `${LEASES}/a`, { body: lease("abc") })).toBe('500 strconv.ParseUint: parsing "abc": invalid syntax');
    expect(await told("PUT", `${LEASES}/a`, { body: lease("5") })).toBe("201 Lease");
    const apply = (resourceVersion: string) =>
      told("PATCH", `${MAPS}/a?fieldManager=me`, {
        headers: APPLY,
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", resourceVersion } },
      });
    expect(await apply("abc")).toBe('500 strconv.ParseUint: parsing "abc": invalid syntax');
    expect(await apply("5")).toBe("201 ConfigMap");
  });

  it("that is no version means nothing in a POST", async () => {
    for (const [index, resourceVersion] of ["abc", "0", "99999999999999999999999"].entries()) {
      expect(await told("POST", MAPS, { body: { metadata: { name: `a${index}`, resourceVersion } } })).toBe("201 ConfigMap");
    }
    expect(await told("POST", MAPS, { body: { metadata: { name: "b", resourceVersion: "07" } } })).toBe(
      "500 resourceVersion should not be set on objects to be created",
    );
  });
});

it("a name that is taken by what is about to go is told so, whoever chose it", async () => {
  const going = { metadata: { name: "a", finalizers: ["example.com/hold"] } };
  await server.ask("POST", MAPS, { body: going });
  await server.ask("DELETE", `${MAPS}/a`);
  expect(await told("POST", MAPS, { body: { metadata: { name: "a", generateName: "b-" } } })).toBe(
    '409 object is being deleted: configmaps "a" already exists, the server was not able to generate a unique name for the object',
  );
});

describe("paths of unknown and doubled fields", () => {
  it("are quoted as Go does", async () => {
    const body = '{"metadata":{"name":"a","x\\"y":1},"q\\\\z":2,"data":{"k\\"":"1","k\\"":"2"}}';
    expect(await told("POST", `${MAPS}?fieldValidation=Strict`, { body })).toBe(
      '400 ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ' +
        'unknown field "metadata.x\\"y", unknown field "q\\\\z", duplicate field "data.k\\""',
    );
  });

  it("of strategic merges and custom kinds stand as they are, where they are unknown", async () => {
    const patched = await told("PATCH", "/api/v1/namespaces/ns?fieldValidation=Strict", {
      headers: { "content-type": "application/strategic-merge-patch+json" },
      body: '{"x\\"y":1,"metadata":{"labels":{"a\\"":"1","a\\"":"2"}}}',
    });
    expect(patched).toMatch(/strict decoding error: duplicate field "metadata\.labels\.a\\"", unknown field "x"y"$/);
    const networks = "/apis/networking.datumapis.com/v1alpha/namespaces/ns/networks";
    const network =
      '{"apiVersion":"networking.datumapis.com/v1alpha","kind":"Network","metadata":{"name":"a","x\\"y":1},"q\\"":1,"q\\"":2}';
    expect(await told("POST", `${networks}?fieldValidation=Strict`, { body: network })).toContain(
      'strict decoding error: duplicate field "q\\"", unknown field "metadata.x"y", unknown field "q""',
    );
  });
});

it("a user agent names the manager in UTF-8", async () => {
  const agent = Buffer.from("é/1.0").toString("latin1");
  const { json } = await server.ask("POST", MAPS, {
    headers: { "user-agent": agent },
    body: { metadata: { name: "a" }, data: { a: "1" } },
  });
  expect(json().metadata.managedFields[0].manager).toBe("é");
});

it("an owner has a version", async () => {
  const owner = (apiVersion: string) => ({ metadata: { name: "a", ownerReferences: [{ apiVersion, kind: "K", name: "n", uid: "u" }] } });
  for (const apiVersion of ["/", "apps/", "a/b/c"]) {
    expect(await told("POST", MAPS, { body: owner(apiVersion) })).toBe(
      `422 ConfigMap "a" is invalid: metadata.ownerReferences[0].apiVersion: Invalid value: "${apiVersion}": must be <group>/<version> or <version>`,
    );
  }
  expect(await told("POST", MAPS, { body: owner("/v1") })).toBe("201 ConfigMap");
});

it("a HEAD tells the length of what it leaves out", async () => {
  const target = "/apis/networking.datumapis.com/v1alpha";
  const group = "/apis/networking.datumapis.com";
  for (const path of [group, `${target}/networks`, `${target}/namespaces/ns/networks/none`]) {
    const [head, get] = [await server.ask("HEAD", path), await server.ask("GET", path)];
    expect([head.status, head.bytes.length, head.headers["content-length"]]).toEqual([get.status, 0, String(get.bytes.length)]);
  }
});

it("a PUT warns of repeated owners before it looks for what it replaces", async () => {
  const owner = { apiVersion: "v1", kind: "K", name: "n", uid: "u" };
  const { status, headers } = await server.ask("PUT", `${MAPS}/none`, {
    body: { metadata: { name: "none", ownerReferences: [owner, owner] } },
  });
  expect([status, headers.warning]).toEqual([404, [expect.stringContaining("duplicate UID(s) observed: u")]]);
});

describe("metadata", () => {
  const NAMESPACE = "/api/v1/namespaces/ns";

  it("of leases has plain finalizers, and a generateName that an update does not look at", async () => {
    expect(await told("POST", LEASES, { body: { metadata: { name: "a", finalizers: ["plain"] } } })).toBe("201 Lease");
    const merge = { headers: { "content-type": "application/merge-patch+json" } };
    expect(await told("PATCH", `${LEASES}/a`, { ...merge, body: { metadata: { generateName: "A_" } } })).toBe("200 Lease");
  });

  it("of roles has a generateName that is judged as a name", async () => {
    const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    expect(await told("POST", roles, { body: { metadata: { generateName: "." } } })).toMatch(
      /is invalid: metadata\.generateName: Invalid value: "\.": may not be '\.'$/,
    );
  });

  it("of namespaces has names that only writes to the namespace itself look at", async () => {
    const body = { metadata: { name: "ns", generateName: "A_" }, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
    for (const part of ["status", "finalize"]) expect(await told("PUT", `${NAMESPACE}/${part}?dryRun=All`, { body })).toBe("200 Namespace");
    expect(await told("PUT", `${NAMESPACE}?dryRun=All`, { body })).toMatch(/^422 Namespace "ns" is invalid: metadata\.generateName/);
  });

  it("that is wrong in the same way twice is told once", async () => {
    const owner = (uid: string) => ({ apiVersion: "v1", kind: "K", name: "n", uid, controller: true });
    const body = { metadata: { name: "a", ownerReferences: ["1", "2", "3"].map(owner) } };
    expect((await server.ask("POST", MAPS, { body })).json().details.causes).toHaveLength(1);
  });

  it("with another uid is told with the storage's key, which a dry run has no prefix for", async () => {
    await server.ask("POST", MAPS, { body: { metadata: { name: "a" } } });
    const body = { metadata: { name: "a", uid: "another" } };
    expect(await told("PUT", `${MAPS}/a`, { body })).toContain("Key: /registry/configmaps/ns/a, ");
    expect(await told("PUT", `${MAPS}/a?dryRun=All`, { body })).toContain("Key: /configmaps/ns/a, ");
  });
});

describe("the options of a deletion", () => {
  beforeEach(async () => {
    await server.ask("POST", MAPS, { body: { metadata: { name: "a" } } });
  });

  it("name preconditions in a query too", async () => {
    expect(await told("DELETE", `${MAPS}/a?uid=another`)).toMatch(/^409 .* the UID in the precondition \(another\)/);
    expect(await told("DELETE", `${MAPS}/a?resourceVersion=1`)).toMatch(/^409 .* the ResourceVersion in the precondition \(1\)/);
    expect(await told("DELETE", `${MAPS}/a?uid=&resourceVersion=`)).toBe("200 Status");
  });

  it.each([
    [{ kind: "Foo" }, 'no kind "Foo" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"'],
    [{ kind: "Status", apiVersion: "v1" }, "converting (v1.Status) to (v1.DeleteOptions): unknown conversion"],
    [{ kind: "UpdateOptions", apiVersion: "apps/v1" }, "converting (v1.UpdateOptions) to (v1.DeleteOptions): unknown conversion"],
    [{ kind: "ListOptions" }, "converting (v1.ListOptions) to (v1.DeleteOptions): unknown conversion"],
    [
      { kind: "ListOptions", apiVersion: "v1" },
      'no kind "ListOptions" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])("are not read from %o", async (body, message) => {
    expect(await told("DELETE", `${MAPS}/a`, { body })).toBe(`400 ${message}`);
  });

  it("cannot ask for the removal of what is unreadable where nobody can do that", async () => {
    const body = { ignoreStoreReadErrorWithClusterBreakingPotential: true };
    expect(await told("DELETE", "/api/v1/namespaces/ns", { body })).toBe(
      "500 Internal error occurred: no unsafe deleter provided, can not honor ignoreStoreReadErrorWithClusterBreakingPotential",
    );
  });
});

describe("the type that a patch makes of an object", () => {
  const merge = { "content-type": "application/merge-patch+json" };
  const strategic = { "content-type": "application/strategic-merge-patch+json" };
  const ns = "/api/v1/namespaces/ns?dryRun=All";

  it("does not count in a strategic merge, but has to be one", async () => {
    expect(await told("PATCH", ns, { headers: strategic, body: { kind: "Foo", apiVersion: "foo/v1" } })).toBe("200 Namespace");
    expect(await told("PATCH", ns, { headers: strategic, body: { kind: 5 } })).toMatch(/"map\[kind:5\]": cannot convert int64 to string$/);
  });

  it("needs a version in other patches: nobody finds the metadata without one", async () => {
    expect(await told("PATCH", ns, { headers: merge, body: { kind: null } })).toBe("200 Namespace");
    expect(await told("PATCH", ns, { headers: merge, body: { apiVersion: null } })).toBe(
      "400 the name of the object (ns based on URL) was undeterminable: name must be provided",
    );
    expect(await told("PATCH", `${ns}&fieldValidation=Strict`, { headers: merge, body: { apiVersion: "" } })).toMatch(
      /strict decoding error: unknown field "metadata", unknown field "spec", unknown field "status"$/,
    );
  });

  it("is looked for among those inside where it says no version", async () => {
    expect(await told("PATCH", ns, { headers: merge, body: { apiVersion: null, kind: "Foo" } })).toMatch(
      /no kind "Foo" is registered for the internal version of group "" in scheme /,
    );
  });

  it("of a custom kind is of the group that it says, and has to be text", async () => {
    const networks = "/apis/networking.datumapis.com/v1alpha/namespaces/ns/networks";
    const type = { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network" };
    await server.ask("POST", networks, { body: { ...type, metadata: { name: "a" }, spec: { ipam: { mode: "Auto" } } } });
    const patched = (body: object) => told("PATCH", `${networks}/a`, { headers: merge, body });
    expect(await patched({ apiVersion: "v1" })).toBe(
      '422 Network "a" is invalid: apiVersion: Invalid value: "v1": must be networking.datumapis.com/v1alpha',
    );
    expect(await patched({ kind: { a: 1 } })).toMatch(/cannot unmarshal object into Go struct field \.kind of type string$/);
  });
});

it("bytes may be a list of numbers", async () => {
  const secret = (a: unknown) => ({ body: { metadata: { name: "s" }, data: { a } } });
  const secrets = "/api/v1/namespaces/ns/secrets?dryRun=All";
  expect((await server.ask("POST", secrets, secret([97, 98, null]))).json().data).toEqual({ a: "YWIA" });
  expect(await told("POST", secrets, secret([1, "x"]))).toMatch(/cannot unmarshal string into Go struct field Secret\.data of type uint8$/);
  expect(await told("POST", secrets, secret([256]))).toMatch(
    /cannot unmarshal number 256 into Go struct field Secret\.data of type uint8$/,
  );
});

describe("custom kinds", () => {
  const version = "/apis/networking.datumapis.com/v1alpha";
  const networks = `${version}/namespaces/ns/networks`;

  it("are listed for any method", async () => {
    for (const method of ["POST", "DELETE"]) expect(await told(method, version)).toBe("200 APIResourceList");
    expect(await told("POST", "/api/v1")).toMatch(/^405 /);
  });

  it("are patched by name, which is asked for after the type of the patch", async () => {
    expect(await told("PATCH", networks, { body: "{}" })).toMatch(/^415 the body of the request was in an unknown format/);
    expect(await told("PATCH", networks, { body: "{}", headers: APPLY })).toBe("400 name must be provided");
  });

  it("have subresources whatever comes behind them", async () => {
    expect(await told("GET", `${networks}/none/status/more`)).toBe('404 networks.networking.datumapis.com "none" not found');
    expect(await told("POST", `${networks}/none/status/more`)).toBe(
      '405 create is not supported on resources of kind "networks.networking.datumapis.com"',
    );
  });
});

it("the deletion of a collection is refused as that of an object where no form of the answer is accepted", async () => {
  expect(await told("DELETE", MAPS, { headers: { accept: "text/html" } })).toBe(
    "406 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  );
});

it("a deletion that is answered with a Status looks at the options of a table all the same", async () => {
  await server.ask("POST", MAPS, { body: { metadata: { name: "a" } } });
  const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  expect(await told("DELETE", `${MAPS}/a?includeObject=x`, { headers })).toMatch(/^400 Unable to convert to Table as requested/);
  expect(await told("GET", `${MAPS}/a`)).toMatch(/^404 /);
});

it("the status subresource of a definition is an object without members", async () => {
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All&fieldValidation=Strict";
  const refused = '400 CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: ';
  const posted = (status: unknown) => told("POST", definitions, { body: lampDefinition([{ subresources: { status } }]) });
  expect(await posted(true)).toBe(
    `${refused}json: cannot unmarshal bool into Go struct field CustomResourceSubresources.spec.versions.subresources.status of type v1.CustomResourceSubresourceStatus`,
  );
  expect(await posted({ a: 1 })).toBe(`${refused}strict decoding error: unknown field "spec.versions[0].subresources.status.a"`);
  expect(await posted({})).toBe("201 CustomResourceDefinition");
});
