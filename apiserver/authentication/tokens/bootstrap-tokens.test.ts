import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Served, serve } from "../../testing/serve.ts";
import { settingsForOneRun } from "../settings.ts";

const NOW = Date.parse("2026-03-04T05:06:07Z");
const SECRETS = "/api/v1/namespaces/kube-system/secrets";
const TOKEN = "abcdef.0123456789abcdef";
const DATA = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" };

let served: Served;
beforeEach(async () => {
  served = await serve({ now: () => NOW, authentication: { ...settingsForOneRun(), bootstrapTokens: true } });
  await served.ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } } });
});
afterEach(async () => expect(await served.close()).toEqual([]));

async function review(token = TOKEN): Promise<unknown> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const { status } = (await served.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", { body })).json();
  return status.authenticated ? status.user : status.error;
}

async function keep(stringData: object, type = "bootstrap.kubernetes.io/token", metadata: object = {}): Promise<void> {
  const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "bootstrap-token-abcdef", ...metadata }, type, stringData };
  expect((await served.ask("POST", SECRETS, { body })).status).toBe(201);
}

describe("a token to join with", () => {
  it("is the user of its id, in the groups that its Secret names", async () => {
    await keep({ ...DATA, expiration: "2026-03-04T05:06:08Z", "auth-extra-groups": "system:bootstrappers:b,system:bootstrappers:a" });
    expect(await review()).toEqual({
      username: "system:bootstrap:abcdef",
      groups: ["system:bootstrappers", "system:bootstrappers:a", "system:bootstrappers:b", "system:authenticated"],
    });
    await served.ask("DELETE", `${SECRETS}/bootstrap-token-abcdef`);
    expect(await review()).toBe("invalid bearer token");
  });

  it.each<[string, object, string?, object?]>([
    ["has another secret", { ...DATA, "token-secret": "0123456789abcdee" }],
    ["has another id", { ...DATA, "token-id": "abcdeg" }],
    ["has expired", { ...DATA, expiration: "2026-03-04T05:06:07Z" }],
    ["has a time that cannot be read", { ...DATA, expiration: "tomorrow" }],
    ["is not for this use", { ...DATA, "usage-bootstrap-authentication": "yes" }],
    ["is in other groups", { ...DATA, "auth-extra-groups": "system:masters" }],
    ["is of another type", DATA, "Opaque"],
    ["is a Secret that is going", DATA, undefined, { finalizers: ["a.io/b"] }],
  ])("is unknown where it %s", async (_, data, type, metadata) => {
    await keep(data, type, metadata);
    if (metadata !== undefined) await served.ask("DELETE", `${SECRETS}/bootstrap-token-abcdef`);
    expect(await review()).toBe("invalid bearer token");
  });

  it("has a form of its own", async () => {
    await keep(DATA);
    for (const other of ["abcdef", "ABCDEF.0123456789abcdef", "abcdef.0123456789abcde", `${TOKEN}0`, "../abc.0123456789abcdef"]) {
      expect(await review(other)).toBe("invalid bearer token");
    }
    expect(await review()).toMatchObject({ username: "system:bootstrap:abcdef" });
  });
});
