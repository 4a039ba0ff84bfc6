import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Secret } from "../../apis/core/v1/secret.ts";
import type { ServiceAccount } from "../../apis/core/v1/service-account.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { tokenSecretsController } from "./token-secrets-controller.ts";

const of = (resource: string) => ({ group: "", version: "v1", resource });
const [NAMESPACES, ACCOUNTS, SECRETS] = [of("namespaces"), of("serviceaccounts"), of("secrets")];
const MERGE = "application/merge-patch+json";
const NAME = "kubernetes.io/service-account.name";
const UID = "kubernetes.io/service-account.uid";
const TOKEN = { namespace: "ns", name: "token" };
const SAM = { namespace: "ns", name: "sam" };

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } });
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

/** Tokens say what they are for, and each is another one. */
let issued = 0;
const run = (certificate = "ours") =>
  plane.run(
    tokenSecretsController({
      certificate,
      issue: async (namespace, secret, account) => `${namespace}/${secret} of ${account.name} ${account.uid} #${++issued}`,
    }),
  );

const account = (more: Partial<ServiceAccount> = {}) =>
  plane.admin.create<ServiceAccount>(ACCOUNTS, "ns", { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sam" }, ...more });
const secret = (name: string, annotations: Record<string, string> = { [NAME]: "sam" }, type = "kubernetes.io/service-account-token") =>
  plane.admin.create<Secret>(SECRETS, "ns", { apiVersion: "v1", kind: "Secret", metadata: { name, annotations }, type });
const present = (name = "token") => plane.admin.get<Secret>(SECRETS, { namespace: "ns", name });
const isGone = (name = "token") => eventually(() => expect(present(name)).rejects.toMatchObject({ code: 404 }));
const texts = ({ data = {} }: Secret) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
const filled = async (name = "token") => {
  let found: Secret | undefined;
  await eventually(async () => {
    found = await present(name);
    expect(Object.keys(found.data ?? {}).sort()).toEqual(["ca.crt", "namespace", "token"]);
  });
  return found as Secret;
};

describe("a Secret for the token of a service account", () => {
  it("is filled, also if it was there first, and filled again where something is taken away or another's", async () => {
    const { uid = "" } = (await account()).metadata;
    await secret("token");
    run();
    const first = await filled();
    expect(first.metadata.annotations).toEqual({ [NAME]: "sam", [UID]: uid });
    expect(texts(first)).toEqual({ "ca.crt": "ours", namespace: "ns", token: expect.stringContaining(`ns/token of sam ${uid}`) });

    await plane.admin.patch(SECRETS, TOKEN, MERGE, { data: { token: null } });
    const second = await filled();
    expect(second.data?.token).not.toBe(first.data?.token);
    await plane.admin.patch(SECRETS, TOKEN, MERGE, { data: { "ca.crt": "bm8=", namespace: null, more: "eA==" } });
    await eventually(async () => {
      const found = texts(await present());
      expect(found).toEqual({ ...texts(second), more: "x" });
    });
  });

  it("goes when its account is not there or is another one, and others stay", async () => {
    await account();
    run();
    await secret("ghost", { [NAME]: "ghost" });
    await secret("wrong", { [NAME]: "sam", [UID]: "11111111-2222-3333-4444-555555555555" });
    await secret("odd", { [NAME]: "../x" });
    await secret("other", { [NAME]: "ghost" }, "example.com/other");
    await secret("token");
    await isGone("ghost");
    await isGone("wrong");
    await isGone("odd");
    await filled();
    expect((await present("other")).data).toBeUndefined();
  });

  it("goes with its account, and does not come to one of the same name", async () => {
    await account();
    run();
    await secret("token");
    await secret("second");
    await filled();
    await filled("second");
    await plane.admin.delete(ACCOUNTS, SAM);
    await account();
    await isGone();
    await isGone("second");
  });

  it("that goes is taken out of the account that refers to it", async () => {
    await account({ secrets: [{ name: "token" }, { name: "mine" }] });
    run();
    await secret("token");
    await filled();
    await plane.admin.delete(SECRETS, TOKEN);
    await eventually(async () => expect((await plane.admin.get<ServiceAccount>(ACCOUNTS, SAM)).secrets).toEqual([{ name: "mine" }]));
  });

  it("has the certificate of the server that started last, where several write", async () => {
    await account();
    await secret("token");
    run("first");
    await filled();
    run("second");
    await eventually(async () => expect(texts(await present())["ca.crt"]).toBe("second"));
    const { resourceVersion } = (await present()).metadata;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await present()).metadata.resourceVersion).toBe(resourceVersion);
  });

  it("is seen to after the line was broken", async () => {
    await account();
    run();
    await secret("token");
    await filled();
    plane.break();
    await plane.admin.delete(ACCOUNTS, SAM);
    plane.mend();
    await isGone();
    plane.errors.length = 0;
  });
});
