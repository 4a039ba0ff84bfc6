import * as http2 from "node:http2";
import * as https from "node:https";

export type Get = (path: string) => Promise<void>;

/** Requests over one HTTP/2 connection. */
export function http2Client(url: string, tls: https.AgentOptions): Get {
  const session = http2.connect(url, { ...tls, settings: { initialWindowSize: 4 << 20 } });
  session.setMaxListeners(0);
  session.unref();
  return (path) =>
    new Promise((resolve, reject) => {
      const request = session.request({ ":path": path, accept: "application/json", "user-agent": "bench" });
      request.on("end", resolve).on("error", reject).resume();
    });
}

/** Requests over sixteen kept HTTP/1.1 connections. */
export function http1Client(url: string, tls: https.AgentOptions): Get {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 16, ...tls });
  return (path) =>
    new Promise((resolve, reject) => {
      https
        .get(`${url}${path}`, { agent, headers: { accept: "application/json", "user-agent": "bench" } }, (response) => {
          response.on("end", resolve).on("error", reject).resume();
        })
        .on("error", reject);
    });
}

/** Opens `count` watches, five hundred a connection, and leaves them open. */
export async function openWatches(url: string, tls: https.AgentOptions, path: string, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 500) {
    const session = http2.connect(url, tls);
    session.setMaxListeners(0);
    session.on("error", () => {});
    const watches = Array.from({ length: Math.min(500, count - opened) }, () => {
      const request = session.request({ ":path": path, accept: "application/json" });
      request.on("error", () => {}).resume();
      return new Promise((resolve) => request.once("response", resolve));
    });
    await Promise.all(watches);
  }
}
