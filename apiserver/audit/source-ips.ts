import { isIP, SocketAddress } from "node:net";
import type { ApiRequest, Connection } from "../request.ts";

/**
 * Where a request came from: the addresses that proxies tell in X-Forwarded-For, that in X-Real-Ip, and last the one at the other end of the
 * connection, which alone is sure (k8s.io/apimachinery, pkg/util/net/http.go, SourceIPs).
 */
export function sourceIps({ headers, connection }: ApiRequest): readonly string[] {
  const forwarded = headers["x-forwarded-for"];
  const real = headers["x-real-ip"];
  const remote = remoteOf(connection);
  if (!forwarded && !real) return remote;
  const found: string[] = [];
  for (const part of forwarded?.split(",") ?? []) found.push(...plainAddress(part.trim()));
  for (const address of plainAddress(real ?? "")) if (!found.includes(address)) found.push(address);
  if (remote[0] !== undefined && remote[0] !== found.at(-1)) found.push(remote[0]);
  return found;
}

/** Connections carry many requests. */
const known = new WeakMap<Connection, readonly string[]>();

function remoteOf(connection: Connection): readonly string[] {
  let address = known.get(connection);
  if (address === undefined) {
    address = plainAddress(connection.remoteAddress);
    known.set(connection, address);
  }
  return address;
}

/** The address in its shortest form, an IPv4 address that IPv6 carries as such; nothing for what is none. */
function plainAddress(text: string): readonly string[] {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) return [];
  if (family === 4) return [text];
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  const [, carried] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  return [carried ?? address];
}
