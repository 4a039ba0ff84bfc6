import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Served, serve } from "../testing/serve.ts";

describe("a method that nobody knows", () => {
  let server: Served;

  beforeAll(async () => {
    server = await serve();
  });

  afterAll(async () => {
    expect(await server.close()).toEqual([]);
  });

  const messageOf = async (path: string, user = { name: "admin", groups: ["system:masters"] }) => {
    const { status, json } = await server.ask("FOO", path, { user });
    return `${status} ${json().message}`;
  };

  it("is not allowed on what is there", async () => {
    const notAllowed = "405 the server does not allow this method on the requested resource";
    for (const path of ["/api", "/api/v1", "/version", "/api/v1/configmaps", "/api/v1/namespaces/default"]) {
      expect(await messageOf(path)).toBe(notAllowed);
    }
    expect(await messageOf("/apis/networking.datumapis.com/v1alpha/namespaces/default/networks/a")).toBe(
      '405  is not supported on resources of kind "networks.networking.datumapis.com"',
    );
  });

  it("is told nobody who may not know", async () => {
    expect(await messageOf("/api/v1/configmaps", { name: "bob", groups: [] })).toBe(
      '403 configmaps is forbidden: User "bob" cannot  resource "configmaps" in API group "" at the cluster scope',
    );
  });
});
