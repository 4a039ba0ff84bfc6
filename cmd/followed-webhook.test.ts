import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TestAuthority } from "../test/tools/authority.ts";
import { eventually } from "../test/tools/eventually.ts";
import { WebhookServer } from "../test/tools/webhook-server.ts";
import { FollowedWebhook } from "./followed-webhook.ts";

let folder: string;
let server: WebhookServer;
let webhook: FollowedWebhook;
const log = pino({ enabled: false });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-followed-"));
  server = await WebhookServer.start(({ client }) => ({ client }));
});
afterEach(async () => {
  webhook.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => path.join(folder, name);

it("a webhook is asked with another certificate once its files have another one, and a half of it changes nothing", async () => {
  const authority = await TestAuthority.create();
  const client = (commonName: string) => authority.client({ commonName });
  const [first, second] = await Promise.all([client("first"), client("second")]);
  await Promise.all([writeFile(file("crt"), first.certificate), writeFile(file("key"), first.key)]);
  await server.writeKubeconfig(file("config"), {}, { "client-certificate": "crt", "client-key": "key" });
  webhook = await FollowedWebhook.open(file("config"), 10_000, log);
  expect(await webhook.ask({})).toEqual({ client: "first" });
  await writeFile(file("crt"), second.certificate);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await webhook.ask({})).toEqual({ client: "first" });
  await writeFile(file("key"), second.key);
  await eventually(async () => expect(await webhook.ask({})).toEqual({ client: "second" }));
});

it("a webhook is asked elsewhere once its kubeconfig says so", async () => {
  const other = await WebhookServer.start(() => ({ other: true }));
  await server.writeKubeconfig(file("config"));
  webhook = await FollowedWebhook.open(file("config"), 10_000, log);
  expect(await webhook.ask({})).toEqual({ client: "asking" });
  await writeFile(file("config"), "{");
  await other.writeKubeconfig(file("config"));
  await eventually(async () => expect(await webhook.ask({})).toEqual({ other: true }));
  await other.close();
});
