import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Served, serve } from "../testing/serve.ts";

const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";
const MERGE = { "content-type": "application/merge-patch+json" };
const JSON_PATCH = { "content-type": "application/json-patch+json" };

describe("a patch whose result is refused", () => {
  let server: Served;

  beforeAll(async () => {
    server = await serve();
    await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
    const network = { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network", metadata: { name: "one", labels: { b: "2" } } };
    await server.ask("POST", NETWORKS, { body: { ...network, spec: { mtu: 1400, ipam: { mode: "Auto" } } } });
    await server.ask("POST", "/api/v1/namespaces/default/configmaps", {
      body: { metadata: { name: "one", labels: { b: "2" } }, data: { a: "1" } },
    });
  });

  afterAll(async () => {
    expect(await server.close()).toEqual([]);
  });

  /** The object that the refusal quotes, and the names of its metadata in their order there. */
  async function quotedBy(target: string, headers: Record<string, string>, body: unknown) {
    const answer = (await server.ask("PATCH", target, { headers, body })).json();
    const [, quoted = ""] = /^ "" is invalid: patch: Invalid value: ("(?:[^"\\]|\\.)*"): /.exec(answer.message) ?? [];
    const text = JSON.parse(quoted) as string;
    const object = JSON.parse(text);
    const fields = JSON.stringify(sorted(object)) === text ? "sorted" : "as they stood";
    return { members: Object.keys(object), metadata: Object.keys(object.metadata), fields };
  }

  it("quotes an object of a custom kind with sorted members all through", async () => {
    const metadata = ["creationTimestamp", "generation", "labels", "managedFields", "name", "namespace", "resourceVersion", "uid"];
    const wanted = { members: ["apiVersion", "kind", "metadata", "spec", "status"], metadata, fields: "sorted" };
    expect(await quotedBy(`${NETWORKS}/one?fieldValidation=Strict`, MERGE, { spec: { zz: 1 } })).toEqual(wanted);
    expect(await quotedBy(`${NETWORKS}/one`, JSON_PATCH, [{ op: "add", path: "/metadata/labels/n", value: 1 }])).toEqual(wanted);
  });

  it("quotes one of a built-in kind as its Go type writes it where the patch did not go", async () => {
    const quoted = await quotedBy("/api/v1/namespaces/default/configmaps/one", MERGE, { data: { a: 1 } });
    expect(quoted.metadata.slice(0, 4)).toEqual(["name", "namespace", "uid", "resourceVersion"]);
    expect(quoted.fields).toBe("as they stood");
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
