import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { answer, Recorded, type Send, TestDoor, text } from "../tools/door.ts";

let under: TestDoor;

beforeAll(async () => {
  under = await TestDoor.open();
});
afterEach(() => under.leave());
afterAll(() => under.door.close());

const http1: Send = (...request) => under.http1(...request);
const http2s: Send = (...request) => under.http2(...request);

it("strangers who ask much at once have their connections ended, and the server goes on", async () => {
  under.handle = async () => ({ ...answer(text("no"), 403), toStranger: true });
  const connect = () => connectHttp2(`https://127.0.0.1:${under.door.port}`, { ca: under.authority.certificate }).on("error", () => {});
  let session = connect();
  let answered = 0;
  /** Asks until it is answered, on a new connection where the last one takes no more. */
  const ask = async () => {
    for (;;) {
      const asked = session;
      if (!asked.closed) {
        const stream = asked.request({ ":path": "/" }, { endStream: true }).resume();
        if (await new Promise((resolve) => stream.on("response", () => resolve(true)).on("error", () => resolve(false)))) return answered++;
      }
      if (asked === session) session = connect();
    }
  };
  for (let round = 0; round < 300; round++) await Promise.all(Array.from({ length: 9 }, ask));
  expect(answered).toBe(2_700);
});

describe("closing the door", () => {
  afterEach(() => under.open());

  it.each([
    { protocol: "HTTP/1.1", send: http1 },
    { protocol: "HTTP/2", send: http2s },
  ])("ends streams over $protocol cleanly", async ({ send }) => {
    const stream = new Recorded();
    under.handle = async () => answer(stream);
    const response = send();
    (await stream.opened).write(text("last words"));
    const started = Date.now();
    await under.door.close();
    expect((await response).body).toBe("last words");
    expect(stream.calls).toEqual(["open", "close"]);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it.each([
    { protocol: "HTTP/1.1", send: http1 },
    { protocol: "HTTP/2", send: http2s },
  ])("lets a request in flight over $protocol finish", async ({ send }) => {
    let started: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (started = resolve));
    under.handle = async () => {
      started();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return answer(text("done"));
    };
    const response = send();
    await arrived;
    await under.door.close();
    expect((await response).body).toBe("done");
  });

  it("does not wait for idle connections", async () => {
    under.handle = async () => answer(text("fine"));
    await Promise.all([http1(), http2s()]);
    const started = Date.now();
    await under.door.close();
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it("cuts what is not done within the grace, and connections that never said anything", async () => {
    let started: () => void = () => {};
    const arrived = new Promise<void>((resolve) => (started = resolve));
    under.handle = () => new Promise(() => started());
    const responses = Promise.allSettled([http1(), http2s()]);
    const silent = connectTcp(under.door.port, "127.0.0.1");
    silent.on("error", () => {});
    await arrived;
    const begun = Date.now();
    await under.door.close();
    expect(Date.now() - begun).toBeGreaterThanOrEqual(290);
    expect((await responses).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("refuses new connections", async () => {
    const { port } = under.door;
    await under.door.close();
    const socket = connectTcp(port, "127.0.0.1");
    const [error] = await once(socket, "error").catch((thrown) => [thrown]);
    expect((error as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
  });
});

describe("reloading certificates", () => {
  it("shows new connections the new one, and keeps the old connections", async () => {
    under.handle = async () => answer(text("fine"));
    const seen = async () => {
      const socket: TLSSocket = connectTls({ host: "127.0.0.1", port: under.door.port, ca: under.authority.certificate });
      under.clients.push({ close: () => socket.destroy() });
      await once(socket, "secureConnect");
      return socket.getPeerX509Certificate()!.toString().trim();
    };
    expect(await seen()).toBe(under.server.certificate.trim());
    const renewed = await under.authority.server("127.0.0.1");
    under.door.reload({ ...renewed, clientAuthorities: [under.authority.certificate] });
    expect(await seen()).toBe(renewed.certificate.trim());
    const kim = await under.authority.client({ commonName: "kim" });
    under.handle = async ({ connection }) => answer(text(connection.clientCertificate?.commonName ?? "nobody"));
    expect((await http2s({ certificate: kim })).body).toBe("kim");
  });
});
