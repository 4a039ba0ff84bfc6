import { Etcd3, Range } from "etcd3";
import type { Etcd } from "./etcd.ts";

/**
 * Makes an etcd ask who is there: `root`, who may do everything, and `datum`, who may use what is below `/datum/`, and `keys`.
 *
 * @returns root's client, to be closed
 */
export async function restrictAccess({ endpoints }: Etcd, password: string, keys: readonly string[] = []): Promise<Etcd3> {
  const admin = new Etcd3({ hosts: [...endpoints] });
  await admin.user("root").create("secret");
  await admin.user("root").addRole("root");
  await admin.role("datum").create();
  await admin
    .role("datum")
    .grant([
      { permission: "Readwrite", range: Range.prefix("/datum/") },
      ...keys.map((key) => ({ permission: "Readwrite" as const, key })),
    ]);
  await admin.user("datum").create(password);
  await admin.user("datum").addRole("datum");
  await admin.auth.authEnable();
  admin.close();
  return new Etcd3({ hosts: [...endpoints], auth: { username: "root", password: "secret" } });
}
