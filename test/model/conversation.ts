import { type Answered, type Served, serve } from "../../apiserver/testing/serve.ts";
import { fieldsOf, HOLD, objectWith, ownedFields } from "./fields.ts";
import { isSame, judge, ownersText, type Stored, type Verdict } from "./model.ts";
import type { Kind, Request } from "./request.ts";

const BASE: Readonly<Record<Kind, string>> = {
  configmaps: "/api/v1/namespaces/model/configmaps",
  networks: "/apis/networking.datumapis.com/v1alpha/namespaces/model/networks",
};
const TYPE: Readonly<Record<Kind, object>> = {
  configmaps: { apiVersion: "v1", kind: "ConfigMap" },
  networks: { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network" },
};
const MEDIA_TYPE: Readonly<Record<string, string>> = {
  merge: "application/merge-patch+json",
  status: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
};
const OTHER_UID = "00000000-0000-4000-8000-000000000000";

/** What the model says is stored, and what only the server could say of it. */
interface Known {
  readonly stored: Stored;
  readonly uid: string;
  readonly version: string;
}

/** A server and the model side by side. */
export class Conversation {
  readonly #server: Served;
  readonly #known = new Map<string, Known>();
  #newest = 0n;

  private constructor(server: Served) {
    this.#server = server;
  }

  static async open(): Promise<Conversation> {
    const server = await serve();
    await server.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "model" } } });
    return new Conversation(server);
  }

  /** What failed unexpectedly. */
  close(): Promise<unknown[]> {
    return this.#server.close();
  }

  /** Asks both. Gives what differs; undefined for nothing. */
  async ask(request: Request): Promise<string | undefined> {
    const id = `${request.kind}/${request.name}`;
    const known = this.#known.get(id);
    const verdict = judge(request, known?.stored);
    const answer = await this.#send(request, known);
    const difference = this.#compare(request, verdict, answer, known);
    if (difference === undefined) this.#remember(id, request, verdict, answer);
    return difference;
  }

  #send(
    { verb, kind, name, manager, dryRun, force, validation, operations, ...request }: Request,
    known: Known | undefined,
  ): Promise<Answered> {
    const query = new URLSearchParams({
      fieldManager: manager,
      ...(dryRun && { dryRun: "All" }),
      ...(validation && { fieldValidation: validation }),
    });
    const place = `${BASE[kind]}/${name}`;
    const uid = request.uid === "other" ? OTHER_UID : request.uid === "current" ? known?.uid : undefined;
    const resourceVersion =
      request.version === "none" || known === undefined ? undefined : request.version === "stale" ? "1" : known.version;
    const identity = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    if (verb === "get") return this.#server.ask("GET", place);
    if (verb === "delete")
      return this.#server.ask("DELETE", place, { body: { preconditions: identity, ...(dryRun && { dryRun: ["All"] }) } });

    const object = objectWith(request.fields);
    const patch = verb === "merge" || verb === "strategic" || verb === "status";
    const metadata = { ...(object.metadata as object), ...(verb !== "create" && identity), ...(!patch && { name }) };
    const held = patch && request.fields.get(HOLD) === null && verb === "strategic";
    const body = {
      ...(!patch && TYPE[kind]),
      ...object,
      metadata: held ? { ...metadata, finalizers: undefined, "$deleteFromPrimitiveList/finalizers": ["test.example.com/hold"] } : metadata,
      ...(request.unknown && { bogus: 1 }),
    };
    if (verb === "create") return this.#server.ask("POST", `${BASE[kind]}?${query}`, { body });
    if (verb === "update") return this.#server.ask("PUT", `${place}?${query}`, { body });
    if (verb === "apply" && force) query.set("force", "true");
    const steps = operations.map(({ op, way, value }) => ({ op, path: `/${way.replaceAll(".", "/")}`, ...(op !== "remove" && { value }) }));
    return this.#server.ask("PATCH", `${place}${verb === "status" ? "/status" : ""}?${query}`, {
      headers: { "content-type": MEDIA_TYPE[verb] as string },
      body: verb === "json" ? steps : body,
    });
  }

  #compare(request: Request, verdict: Verdict, answer: Answered, known: Known | undefined): string | undefined {
    const body = answer.json();
    const say = (what: string, expected: unknown, found: unknown) => `${what}: expected ${expected}, found ${found}\n${answer.bytes}`;
    if (answer.status !== verdict.status) return say("status", verdict.status, answer.status);
    if (verdict.reason !== undefined) {
      const reason = body.reason ?? "";
      return reason === verdict.reason ? undefined : say("reason", verdict.reason, reason);
    }
    const { object } = verdict;
    if (object === undefined) return body.kind === "Status" && body.status === "Success" ? undefined : say("kind", "Status", body.kind);
    const found = storedIn(body, request.kind);
    const expected = request.kind === "configmaps" ? { ...object, generation: 0 } : object;
    if (!isSame(found, expected)) return say("object", textOf(expected), textOf(found));
    if (found.generation !== expected.generation) return say("generation", expected.generation, found.generation);
    if (known !== undefined && body.metadata.uid !== known.uid) return say("uid", known.uid, body.metadata.uid);
    return this.#compareVersion(request, verdict, body.metadata.resourceVersion, known, say);
  }

  /** It stays where nothing was written, and else is newer than any before. */
  #compareVersion({ dryRun }: Request, { object, gone }: Verdict, found: string, known: Known | undefined, say: Say): string | undefined {
    const isWritten = !dryRun && !gone && object !== known?.stored;
    if (isWritten) return BigInt(found) > this.#newest ? undefined : say("resourceVersion", `more than ${this.#newest}`, found);
    return found === known?.version ? undefined : say("resourceVersion", known?.version, found);
  }

  #remember(id: string, { dryRun, verb }: Request, { object, gone, reason }: Verdict, answer: Answered): void {
    if (dryRun || reason !== undefined || verb === "get") return;
    if (gone || object === undefined) {
      this.#known.delete(id);
      return;
    }
    const { uid, resourceVersion } = answer.json().metadata;
    this.#newest = BigInt(resourceVersion) > this.#newest ? BigInt(resourceVersion) : this.#newest;
    this.#known.set(id, { stored: object, uid, version: resourceVersion });
  }
}

type Say = (what: string, expected: unknown, found: unknown) => string;

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of the server
function storedIn(body: any, kind: Kind): Stored {
  const { managedFields = [], ...metadata } = body.metadata;
  const owners = new Map(
    (managedFields as Entry[]).map(({ manager, operation, subresource, fieldsV1 }) => [
      [manager, operation, ...(subresource ? [subresource] : [])].join(" "),
      new Set(ownedFields(fieldsV1)),
    ]),
  );
  return {
    fields: fieldsOf({ ...body, metadata }),
    owners,
    generation: kind === "configmaps" ? 0 : metadata.generation,
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

const textOf = ({ fields, owners, terminating }: Stored): string =>
  `${JSON.stringify(Object.fromEntries([...fields].sort()))}${terminating ? " terminating" : ""}\n${ownersText(owners)}\n`;
