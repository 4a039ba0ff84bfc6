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

const JSON_TYPE = "application/json";
const METADATA = `${JSON_TYPE};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
const METADATA_LIST = `${JSON_TYPE};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;

/** A {@link Client} that speaks Kubernetes' REST protocol through any {@link Transport}. */
export class RestClient implements Client {
  readonly #transport: Transport;
  readonly #userAgent: string;
  /** What objects and lists are asked for as. */
  readonly #accept: { readonly object: string; readonly list: string };

  /** @param userAgent who writes, as field managers and logs know it */
  constructor(transport: Transport, userAgent: string, accept = { object: JSON_TYPE, list: JSON_TYPE }) {
    this.#transport = transport;
    this.#userAgent = userAgent;
    this.#accept = accept;
  }

  get metadataOnly(): Client {
    return new RestClient(this.#transport, this.#userAgent, { object: METADATA, list: METADATA_LIST });
  }

  document<T>(path: string): Promise<T> {
    return this.#exchange("GET", path, {}, { accept: JSON_TYPE });
  }

  get<T extends KubeObject>(resource: ResourceRef, object: ObjectRef, options: Options = {}): Promise<T> {
    return this.#exchange("GET", objectPath(resource, object), options);
  }

  async list<T extends KubeObject>(resource: ResourceRef, namespace?: string, options: Options = {}): Promise<KubeList<T>> {
    const list = await this.#exchange<KubeList<T>>("GET", collectionPath(resource, namespace), options, { accept: this.#accept.list });
    // a list of metadata has null for no items
    return list.items === null ? { ...list, items: [] } : list;
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
      headers: this.#headers(this.#accept.object),
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
    return this.#exchange("POST", collectionPath(resource, namespace), options, { body: object });
  }

  update<T extends KubeObject>(resource: ResourceRef, object: T, options: Options & { subresource?: string } = {}): Promise<T> {
    const { subresource, ...query } = options;
    const { name = "", namespace } = object.metadata;
    const ref = { name, ...(namespace && { namespace }), ...(subresource && { subresource }) };
    return this.#exchange("PUT", objectPath(resource, ref), query, { body: object });
  }

  patch<T extends KubeObject>(
    resource: ResourceRef,
    object: ObjectRef,
    type: PatchType,
    patch: unknown,
    options: Options = {},
  ): Promise<T> {
    return this.#exchange("PATCH", objectPath(resource, object), options, { body: patch, contentType: type });
  }

  async delete(resource: ResourceRef, object: ObjectRef, options?: DeleteOptions): Promise<void> {
    await passOver(await this.#send("DELETE", objectPath(resource, object), {}, { body: deleteBody(options) }));
  }

  async deleteCollection(
    resource: ResourceRef,
    namespace: string | undefined,
    options?: DeleteOptions,
    selectors: Options = {},
  ): Promise<void> {
    const exchange = { body: deleteBody(options), accept: this.#accept.list };
    await passOver(await this.#send("DELETE", collectionPath(resource, namespace), selectors, exchange));
  }

  async #exchange<T>(method: string, path: string, options: Options, exchange: Exchange = {}): Promise<T> {
    const response = await this.#send(method, path, options, exchange);
    return JSON.parse((await wholeOf(response)).toString()) as T;
  }

  /** @throws StatusError for an answer that is none of success */
  async #send(
    method: string,
    path: string,
    options: Options,
    { body, accept = this.#accept.object, contentType = JSON_TYPE }: Exchange,
  ): Promise<TransportResponse> {
    const response = await this.#transport.send({
      method,
      path,
      query: queryOf(options),
      headers: body === undefined ? this.#headers(accept) : { ...this.#headers(accept), "content-type": contentType },
      ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
    });
    if (response.status >= 300) throw await failureOf(response);
    return response;
  }

  #headers(accept: string): Record<string, string> {
    return { accept, "user-agent": this.#userAgent };
  }
}

interface Exchange {
  readonly body?: unknown;
  readonly accept?: string;
  readonly contentType?: string;
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

/** Takes an answer in without looking at it: that to the deletion of a collection may be long. */
async function passOver({ body }: TransportResponse): Promise<void> {
  for await (const _ of body);
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
