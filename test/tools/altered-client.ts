import type { Client } from "../../client/client.ts";

/** A client that does some things in another way, and everything else as `client` does. */
export const alteredClient = (client: Client, alterations: Partial<Client>): Client =>
  new Proxy(client, {
    get(target, name) {
      const member = Reflect.get(name in alterations ? alterations : target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
