import type { KubeList, KubeObject } from "../apimachinery/object.ts";
import { type Status, StatusError } from "../apimachinery/status/status.ts";
import type {
  Client,
  DeleteOptions,
  ObjectRef,
  Options,
  PatchType,
  ResourceRef,
  Transport,
  TransportResponse,
  WatchEvent,
} from "./client.ts";
import { linesOf } from "./lines.ts";

/** A {@link Client} that speaks Kubernetes' REST protocol through any {@link Transport}. */
export class RestClient implements Client {
  readonly #transport: Transport;
  readonly #userAgent: string;

  /** @param userAgent who writes, as field managers and logs know it */
  constructor(transport: Transport, userAgent: string) {
    this.#transport = transport;
    this.#userAgent = userAgent;
  }

  document<T>(path: string): Promise<T> {
    return this.#exchange("GET", path, {});
  }

  get<T extends KubeObject>(resource: ResourceRef, object: ObjectRef, options: Options = {}): Promise<T> {
    return this.#exchange("GET", objectPath(resource, object), options);
  }

  list<T extends KubeObject>(resource: ResourceRef, namespace?: string, options: Options = {}): Promise<KubeList<T>> {
    return this.#exchange("GET", collectionPath(resource, namespace), options);
  }

  async *watch<T extends KubeObject>(
    resource: ResourceRef,
    namespace: string | undefined,
    options: Options,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>> {
    const response = await this.#transport.send({
      method: "GET",
      path: collectionPath(resource, namespace),
      query: queryOf({ ...options, watch: true }),
      headers: this.#headers(),
      signal,
    });
    if (response.status !== 200) throw await failureOf(response);
    for await (const line of linesOf(response.body)) {
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === "ERROR") throw new StatusError(event.object as unknown as Status);
      yield event;
    }
  }

  create<T extends KubeObject>(resource: ResourceRef, namespace: string | undefined, object: T, options: Options = {}): Promise<T> {
    return this.#exchange("POST", collectionPath(resource, namespace), options, object);
  }

  update<T extends KubeObject>(resource: ResourceRef, object: T, options: Options & { subresource?: string } = {}): Promise<T> {
    const { subresource, ...query } = options;
    const { name = "", namespace } = object.metadata;
    const ref = { name, ...(namespace && { namespace }), ...(subresource && { subresource }) };
    return this.#exchange("PUT", objectPath(resource, ref), query, object);
  }

  patch<T extends KubeObject>(
    resource: ResourceRef,
    object: ObjectRef,
    type: PatchType,
    patch: unknown,
    options: Options = {},
  ): Promise<T> {
    return this.#exchange("PATCH", objectPath(resource, object), options, patch, type);
  }

  async delete(resource: ResourceRef, object: ObjectRef, options?: DeleteOptions): Promise<void> {
    await this.#exchange("DELETE", objectPath(resource, object), {}, deleteBody(options));
  }

  async deleteCollection(
    resource: ResourceRef,
    namespace: string | undefined,
    options?: DeleteOptions,
    selectors: Options = {},
  ): Promise<void> {
    await this.#exchange("DELETE", collectionPath(resource, namespace), selectors, deleteBody(options));
  }

  async #exchange<T>(method: string, path: string, options: Options, body?: unknown, contentType = "application/json"): Promise<T> {
    const response = await this.#transport.send({
      method,
      path,
      query: queryOf(options),
      headers: body === undefined ? this.#headers() : { ...this.#headers(), "content-type": contentType },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    });
    if (response.status >= 300) throw await failureOf(response);
    return JSON.parse((await wholeOf(response)).toString()) as T;
  }

  #headers(): Record<string, string> {
    return { accept: "application/json", "user-agent": this.#userAgent };
  }
}

const deleteBody = (options: DeleteOptions | undefined) => options && { apiVersion: "v1", kind: "DeleteOptions", ...options };

function collectionPath({ group, version, resource }: ResourceRef, namespace?: string): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace ? `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}` : `${root}/${resource}`;
}

function objectPath(resource: ResourceRef, { namespace, name, subresource }: ObjectRef): string {
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

function queryOf(options: Options): string {
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join("&");
}

async function wholeOf({ body }: TransportResponse): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The failure as the server told it; what is no Status becomes one. */
async function failureOf(response: TransportResponse): Promise<StatusError> {
  const text = (await wholeOf(response)).toString();
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === "Status") return new StatusError(status);
  } catch {
    // plain text, as unknown addresses answer
  }
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: text.trim(),
    ...(response.status === 404 ? { reason: "NotFound" } : {}),
    code: response.status,
  });
}
