import { rename, rm, writeFile } from "node:fs/promises";
import * as http2 from "node:http2";
import * as https from "node:https";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestAuthority } from "../tools/authority.ts";
import { credentialsIn } from "../tools/credentials.ts";
import { eventually } from "../tools/eventually.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

let folder: string;
let server: TestServer;
let ca: Buffer;
let before: TestAuthority;
let after: TestAuthority;
const clients: { destroy(): void }[] = [];

beforeEach(async () => {
  [folder, before, after] = await Promise.all([temporaryFolder(), TestAuthority.create("before"), TestAuthority.create("after")]);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  return file;
}

/** Asks over one connection, however often: whom the server takes it for, by what it cannot do. */
function overHttp1({ key, certificate }: { key: string; certificate: string }, headers: Record<string, string> = {}) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca, key, cert: certificate });
  clients.push(agent);
  return () =>
    new Promise<string>((resolve, reject) => {
      const request = https.get(`${server.url}/api/v1/secrets`, { agent, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve(nameIn(text)));
      });
      request.on("error", reject);
    });
}

function overHttp2({ key, certificate }: { key: string; certificate: string }) {
  const session = http2.connect(server.url, { ca, key, cert: certificate });
  clients.push(session);
  return () =>
    new Promise<string>((resolve, reject) => {
      const stream = session.request({ ":path": "/api/v1/secrets" });
      let text = "";
      stream.on("data", (chunk) => (text += chunk));
      stream.on("end", () => resolve(nameIn(text)));
      stream.on("error", reject);
    });
}

const nameIn = (text: string): string => /User "(.*?)"/.exec(JSON.parse(text).message)?.[1] ?? JSON.parse(text).message;

describe("authorities in files", () => {
  it("of clients are followed, and what one vouched for that is gone counts no longer, on open connections too", async () => {
    server = await startTestServer({ clientCaFile: await write("clients.crt", before.certificate) });
    ca = (await credentialsIn(server.kubeconfigPath)).ca;
    const [old, young] = await Promise.all([before.client({ commonName: "old" }), after.client({ commonName: "young" })]);
    const ask = { old1: overHttp1(old), old2: overHttp2(old) };
    expect([await ask.old1(), await ask.old2(), await overHttp1(young)()]).toEqual(["old", "old", "Unauthorized"]);

    await write("clients.crt", before.certificate + after.certificate);
    await eventually(async () => expect(await overHttp1(young)()).toBe("young"));
    expect([await ask.old1(), await ask.old2()]).toEqual(["old", "old"]);

    await write("clients.crt", "nonsense");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([await ask.old1(), await overHttp1(young)()]).toEqual(["old", "young"]);

    const stays = overHttp1(young);
    expect(await stays()).toBe("young");
    await write("clients.crt", after.certificate);
    await eventually(async () => expect(await ask.old1()).toBe("Unauthorized"));
    expect([await ask.old2(), await stays(), await overHttp2(young)()]).toEqual(["Unauthorized", "young", "young"]);
    // the administrator's is of the server's own authority
    expect((await server.send("GET", "/api/v1/secrets")).status).toBe(200);
  });

  it("of proxies are followed as well", async () => {
    server = await startTestServer({
      authentication: {
        requestHeaders: {
          clientCaFile: await write("proxies.crt", before.certificate),
          allowedNames: [],
          usernameHeaders: ["X-Remote-User"],
          uidHeaders: [],
          groupHeaders: [],
          extraHeaderPrefixes: [],
        },
      },
    });
    ca = (await credentialsIn(server.kubeconfigPath)).ca;
    const headers = { "x-remote-user": "petra" };
    const [old, young] = await Promise.all([before.client({ commonName: "front" }), after.client({ commonName: "front" })]);
    const ask = overHttp1(old, headers);
    expect([await ask(), await overHttp1(young, headers)()]).toEqual(["petra", "Unauthorized"]);
    await write("proxies.crt", after.certificate);
    await eventually(async () => expect(await ask()).toBe("Unauthorized"));
    expect(await overHttp1(young, headers)()).toBe("petra");
  });
});
