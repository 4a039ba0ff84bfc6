import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Served, serve } from "../testing/serve.ts";

const NETWORKS = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks";
const accept = (form: string) => ({ accept: `application/vnd.kubernetes.protobuf;as=${form};g=meta.k8s.io;v=v1` });

describe("a client that wants nothing but metadata, in protobuf", () => {
  let server: Served;

  beforeAll(async () => {
    server = await serve();
    await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" } } });
    const body = {
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "Network",
      metadata: { name: "one" },
      spec: { ipam: { mode: "Auto" } },
    };
    expect((await server.ask("POST", NETWORKS, { body })).status).toBe(201);
  });

  afterAll(async () => {
    expect(await server.close()).toEqual([]);
  });

  const ask = async (target: string, form: string) => {
    const { status, headers, bytes } = await server.ask("GET", `${NETWORKS}${target}`, { headers: accept(form) });
    return { status, type: headers["content-type"], text: bytes.toString("latin1") };
  };

  it("gets that of a custom kind, whose objects cannot be had so", async () => {
    const one = await ask("/one", "PartialObjectMetadata");
    expect(one).toMatchObject({ status: 200, type: "application/vnd.kubernetes.protobuf" });
    expect(one.text).toMatch(/^k8s\0.*PartialObjectMetadata.*\x03one/s);
    expect(one.text).not.toContain("Auto");
    expect((await server.ask("GET", `${NETWORKS}/one`, { headers: { accept: "application/vnd.kubernetes.protobuf" } })).status).toBe(406);
  });

  it("lists it", async () => {
    const list = await ask("", "PartialObjectMetadataList");
    expect(list).toMatchObject({ status: 200, type: "application/vnd.kubernetes.protobuf" });
    expect(list.text).toMatch(/^k8s\0.*PartialObjectMetadataList.*\x03one/s);
  });

  it("watches it", async () => {
    const events = await ask("?watch=1", "PartialObjectMetadata");
    expect(events).toMatchObject({ status: 200, type: "application/vnd.kubernetes.protobuf;stream=watch" });
    expect(events.text).toMatch(/^\0.*ADDED.*k8s\0.*PartialObjectMetadata.*\x03one/s);
  });

  it("is told of failures in JSON", async () => {
    expect(await ask("/none", "PartialObjectMetadata")).toMatchObject({ status: 404, type: "application/json" });
    const whole = await server.ask("GET", `${NETWORKS}/none`, { headers: { accept: "application/vnd.kubernetes.protobuf" } });
    expect(whole).toMatchObject({ status: 406, headers: { "content-type": "application/vnd.kubernetes.protobuf" } });
  });
});
