import { randomInt, randomUUID } from "node:crypto";
import { certificateApproval, certificateSigning, certificateSubjectRestriction, type SignerRights } from "../admission/certificates.ts";
import { AdmissionChain } from "../admission/chain.ts";
import { namespaceLifecycle } from "../admission/namespace-lifecycle.ts";
import { resourceQuota } from "../admission/resource-quota.ts";
import { quote } from "../apimachinery/go-text.ts";
import { badRequest, methodNotAllowed, notFoundRoute } from "../apimachinery/status/status.ts";
import { validatePathSegmentName } from "../apimachinery/validation/names.ts";
import { localSubjectAccessReview } from "../apis/authorization/v1/local-subject-access-review.ts";
import { selfSubjectAccessReview } from "../apis/authorization/v1/self-subject-access-review.ts";
import { selfSubjectRulesReview } from "../apis/authorization/v1/self-subject-rules-review.ts";
import { subjectAccessReview } from "../apis/authorization/v1/subject-access-review.ts";
import type { KindDefinition } from "../apis/kind.ts";
import { WatchCache } from "../storage/cache/watch-cache.ts";
import type { Storage } from "../storage/storage.ts";
import { FieldManagers } from "./apply/field-managers.ts";
import type { Auditing } from "./audit/auditing.ts";
import { authenticationMethods } from "./authentication/methods.ts";
import { discoveryDocument } from "./authentication/service-accounts/discovery.ts";
import { type AuthenticationSettings, settingsForOneRun } from "./authentication/settings.ts";
import { Authorization, type ChosenAuthorizer, RBAC } from "./authorization/authorization.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import { escalationGuards } from "./authorization/rbac/escalation.ts";
import { Rbac } from "./authorization/rbac/rbac.ts";
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from "./authorization/reviews/access-reviews.ts";
import { selfSubjectRulesReviews } from "./authorization/reviews/rules-reviews.ts";
import { WithdrawnRights } from "./authorization/withdrawn-rights.ts";
import { withDefinitionRules } from "./custom-resources/definition-strategy.ts";
import { Definitions } from "./custom-resources/definitions.ts";
import { AggregatedDiscovery, aggregatedForm } from "./discovery/aggregated.ts";
import { coreVersions, groupDocument, groupList } from "./discovery/groups.ts";
import { resourceList } from "./discovery/resources.ts";
import { encodeResponse } from "./encodings/response.ts";
import { Health } from "./endpoints/health.ts";
import { storageChecks } from "./endpoints/storage-checks.ts";
import { versionInfo } from "./endpoints/version.ts";
import { type Eventual, whenThere } from "./eventual.ts";
import { filterChain } from "./filters/chain.ts";
import type { RequestContext } from "./filters/context.ts";
import { notFoundText, TEXT } from "./filters/responses.ts";
import { dump } from "./flow-control/dump.ts";
import { PriorityAndFairness } from "./flow-control/flow-control.ts";
import { MaxInFlight } from "./flow-control/max-in-flight.ts";
import { DEFAULT_FLOW_CONTROL, type FlowControlOptions } from "./flow-control/options.ts";
import { ENCODINGS, ENCODINGS_WITH_CBOR, type Encodings, negotiate, type Offer } from "./negotiation/negotiate.ts";
import { namespaceReader } from "./registry/namespace-reader.ts";
import type { ObjectRecord } from "./registry/object-record.ts";
import { quotaStore } from "./registry/quota-store.ts";
import { Registry } from "./registry/registry.ts";
import type { ApiRequest, ApiResponse } from "./request.ts";
import { actionOf } from "./routing/methods.ts";
import { ROOT_CONTROL_PLANE } from "./routing/request-info.ts";
import { type ResourceTarget, type Route, routeOf } from "./routing/router.ts";
import { getScale, patchScale, updateScale } from "./scale/scale-requests.ts";
import type { Serving } from "./serving.ts";
import { answerObject } from "./verbs/answer.ts";
import { createObject } from "./verbs/create.ts";
import { deleteObject } from "./verbs/delete.ts";
import { deleteCollection } from "./verbs/delete-collection.ts";
import { getObject } from "./verbs/get.ts";
import { listObjects } from "./verbs/list.ts";
import { patchObject } from "./verbs/patch.ts";
import { wantsPretty } from "./verbs/respond.ts";
import { updateObject } from "./verbs/update.ts";
import { watchObjects } from "./verbs/watch.ts";

export interface CoreOptions {
  readonly storage: Storage;
  readonly kinds: readonly KindDefinition[];
  /** The product's version, told behind Kubernetes' own in `/version`. */
  readonly productVersion: string;
  /** `host:port` as clients reach the server, for `/api`. */
  readonly serverAddress: string;
  /** Told of what should not happen; the request answers 500 and the server goes on. */
  readonly onPanic: (error: unknown, request: ApiRequest) => void;
  /** Told of what went wrong outside of any request. Default: nobody. */
  readonly onProblem?: (error: unknown) => void;
  /** Default: what a server can do that keeps no keys. */
  readonly authentication?: AuthenticationSettings;
  /** Asked about every request, in this order. Default: the stored roles and bindings alone. */
  readonly authorizers?: readonly ChosenAuthorizer[];
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How many requests are served at a time, and how those are treated that are too many. Default: kube-apiserver's. */
  readonly flowControl?: FlowControlOptions;
  /** Who keeps a record of requests. Default: nobody. */
  readonly auditing?: Auditing | undefined;
  /** Speak CBOR too (the feature gate CBORServingAndStorage). Default: false. */
  readonly cbor?: boolean;
}

/**
 * The server without its doors: `handle` answers a request that is plain data with an answer that is plain data, and knows no socket.
 */
export class Core {
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
  readonly health = new Health();
  readonly registry: Registry;
  readonly #options: CoreOptions;
  readonly #cache: WatchCache<ObjectRecord>;
  readonly #serving: Serving;
  readonly #definitions: Definitions;
  readonly #rbac: Rbac;
  readonly #authorization: Authorization;
  readonly #withdrawnRights: WithdrawnRights;
  readonly #priorityAndFairness: PriorityAndFairness | undefined;
  readonly #authentication: AuthenticationSettings;
  readonly #aggregated: AggregatedDiscovery;
  #openapi: Promise<(request: ApiRequest, path: string) => Promise<ApiResponse>> | undefined;
  #metrics: Promise<(path: string) => Promise<ApiResponse | undefined>> | undefined;
  #draining = false;

  constructor(options: CoreOptions) {
    this.#options = options;
    const now = options.now ?? Date.now;
    const cache = new WatchCache<ObjectRecord>({
      storage: options.storage,
      decode: (stored) => {
        const resource = this.registry.ofKey(stored.key);
        // its definition went while the collection was read
        if (resource === undefined) throw notFoundRoute();
        return resource.record(stored);
      },
      tombstone: (last, revision) => last.deleted(revision),
      now,
    });
    this.#cache = cache;
    this.registry = new Registry(withDefinitionRules(options.kinds), cache);
    this.#definitions = new Definitions(this.registry, ROOT_CONTROL_PLANE, options.onProblem ?? (() => {}));
    this.#aggregated = new AggregatedDiscovery(this.registry);
    const onRightsChanged = () => this.#withdrawnRights.changed();
    this.#rbac = new Rbac(this.registry, ROOT_CONTROL_PLANE, onRightsChanged, options.onProblem ?? (() => {}));
    this.#authorization = new Authorization(this.#rbac.named("rbac"), options.authorizers ?? [RBAC]);
    const { authorizer } = this.#authorization;
    this.#authentication = options.authentication ?? settingsForOneRun();
    const { authentication, answerers } = authenticationMethods(this.#authentication, this.registry, options.storage, now);
    const fieldManagers = new FieldManagers(this.registry);
    this.#serving = {
      registry: this.registry,
      storage: options.storage,
      fieldManagers,
      admission: new AdmissionChain([
        namespaceLifecycle(namespaceReader(this.registry, options.storage)),
        certificateApproval(signerRights(authorizer)),
        certificateSigning(signerRights(authorizer)),
        certificateSubjectRestriction,
        resourceQuota(quotaStore(this.registry, options.storage, fieldManagers, now)),
      ]),
      authorizer,
      answerers: new Map([
        ...answerers,
        [subjectAccessReview, subjectAccessReviews(authorizer)],
        [localSubjectAccessReview, localSubjectAccessReviews(authorizer)],
        [selfSubjectAccessReview, selfSubjectAccessReviews(authorizer)],
        [selfSubjectRulesReview, selfSubjectRulesReviews(this.#authorization)],
      ]),
      guards: escalationGuards(this.#rbac, authorizer),
      now,
      newUid: randomUUID,
      random: randomInt,
      streams: new Set(),
    };
    this.#withdrawnRights = new WithdrawnRights(this.#serving.streams, authorizer);
    this.health.add({ name: "ping", check: () => {} });
    for (const check of storageChecks(options.storage, cache)) this.health.add(check);
    this.health.add({
      name: "shutdown",
      readinessOnly: true,
      check: () => {
        if (this.#draining) throw new Error("process is shutting down");
      },
    });
    const encodings: Encodings = options.cbor === true ? ENCODINGS_WITH_CBOR : ENCODINGS;
    const limits = options.flowControl ?? DEFAULT_FLOW_CONTROL;
    if (limits.priorityAndFairness) {
      this.#priorityAndFairness = new PriorityAndFairness({
        registry: this.registry,
        controlPlane: ROOT_CONTROL_PLANE,
        seats: limits.reading + limits.writing,
        now,
        onProblem: options.onProblem ?? (() => {}),
      });
    }
    this.handle = filterChain({
      authentication,
      authorizer,
      flowControl: this.#priorityAndFairness ?? new MaxInFlight(limits),
      encodings,
      handler: (context) => this.#dispatch(context),
      auditing: options.auditing,
      onPanic: options.onPanic,
    });
  }

  async start(): Promise<void> {
    await this.#cache.start();
    await Promise.all([this.#definitions.start(), this.#rbac.start(), this.#priorityAndFairness?.start()]);
  }

  /** These are asked about requests from now on. */
  setAuthorizers(authorizers: readonly ChosenAuthorizer[]): void {
    this.#authorization.configure(authorizers);
    this.#withdrawnRights.changed();
  }

  /** Ends the watches cleanly; requests are still answered. `/readyz` fails from now on. */
  drain(): void {
    this.#draining = true;
    for (const stream of [...this.#serving.streams]) stream.drain();
  }

  close(): void {
    this.drain();
    this.#definitions.close();
    this.#rbac.close();
    this.#priorityAndFairness?.close();
    this.#cache.close();
  }

  #dispatch(context: RequestContext): Eventual<ApiResponse> {
    return whenThere(this.#definitions.caughtUp(), () => this.#route(context));
  }

  #route(context: RequestContext): Eventual<ApiResponse> {
    const route = routeOf(context.info.path, this.registry);
    switch (route.to) {
      case "resource":
        return this.#resource(context, route.target);
      case "groups":
      case "core-versions":
        return this.#roots(context, route.to);
      case "group": {
        const group = this.registry.group(route.group);
        return group === undefined ? notFoundText() : this.#document(context, context.encodings.offers.groups, groupDocument(group));
      }
      case "resources":
        // where only custom kinds live, any method is answered
        if (!this.registry.group(route.group)?.custom) onlyGet(context);
        return this.#document(context, context.encodings.offers.versions, resourceList(route.version));
      case "version":
        onlyGet(context);
        return this.#document(context, context.encodings.offers.version, versionInfo(this.#options.productVersion), true);
      case "index":
        // whatever the client accepts
        return {
          status: 200,
          headers: { "content-type": "application/json" },
          body: encodeResponse(this.#index(), "application/json", true),
        };
      case "health":
        return this.health.answer(route.endpoint, route.check, context.query).then((answer) => answer ?? notFoundText());
      case "metrics":
        return this.#metricsDocument(route.path);
      case "openapi":
        return this.#openapiDocument(context, route);
      case "flow-control":
        return this.#flowControlDump(route.what);
      case "issuer":
        return this.#issuerDocument(context, route.path);
      case "nothing":
        return notFoundText();
    }
  }

  #resource(context: RequestContext, target: ResourceTarget): Eventual<ApiResponse> {
    const { deprecation } = target.resource.kind;
    if (deprecation !== undefined) {
      context.warn(deprecation);
      context.audit?.annotate("k8s.io/deprecated", "true");
    }
    const action = actionOf(context.request.method, target, context.query.flag("watch"));
    if (action === undefined) return notFoundText();
    if (target.name !== "") checkNameParameter(target.name);
    const serving = this.#serving;
    if (target.subresource === "scale") {
      // nothing else is routed
      const scale = { get: getScale, update: updateScale, patch: patchScale }[action as "get" | "update" | "patch"];
      return scale(serving, context, target);
    }
    const question = questionKind(target);
    if (question !== undefined) return answerObject(serving, context, target, question);
    switch (action) {
      case "get":
        return getObject(serving, context, target);
      case "list":
        return listObjects(serving, context, target);
      case "watch":
        return watchObjects(serving, context, target);
      case "create":
        return createObject(serving, context, target);
      case "update":
        return updateObject(serving, context, target);
      case "patch":
        return patchObject(serving, context, target);
      case "delete":
        return deleteObject(serving, context, target);
      case "deletecollection":
        return deleteCollection(serving, context, target);
    }
  }

  /** `/api` and `/apis`: aggregated for clients that ask for it, unless the address ends in a slash. */
  #roots(context: RequestContext, root: "groups" | "core-versions"): ApiResponse {
    const { accept } = context.request.headers;
    if (root === "core-versions") onlyGet(context);
    const aggregated = context.info.path.endsWith("/") ? undefined : aggregatedForm(accept, context.encodings);
    if (aggregated !== undefined) {
      const path = root === "groups" ? "apis" : "api";
      if (context.audit?.wantsResponses) context.audit.responseText(this.#aggregated.json(path).toString().trimEnd());
      return this.#aggregated.answer(path, aggregated, context.request.headers["if-none-match"]);
    }
    return root === "groups"
      ? this.#document(context, context.encodings.offers.groups, groupList(this.registry))
      : this.#document(context, context.encodings.offers.versions, coreVersions(this.registry, this.#options.serverAddress));
  }

  #document(context: RequestContext, offer: Offer, document: object, alwaysPretty = false): ApiResponse {
    const { mediaType, pretty } = negotiate(context.request.headers.accept, offer);
    // the version is no object of the API
    if (!alwaysPretty) context.audit?.responseObject(document);
    return {
      status: 200,
      headers: { "content-type": mediaType },
      body: encodeResponse(document, mediaType, alwaysPretty || pretty || wantsPretty(context)),
    };
  }

  async #openapiDocument({ request }: RequestContext, { path }: Extract<Route, { to: "openapi" }>): Promise<ApiResponse> {
    this.#openapi ??= import("./openapi/endpoints.ts").then(({ openapiEndpoint }) => openapiEndpoint(() => this.registry.kinds));
    return (await this.#openapi)(request, path);
  }

  async #metricsDocument(path: string): Promise<ApiResponse> {
    this.#metrics ??= import("./endpoints/metrics.ts").then(({ metricsEndpoint }) =>
      metricsEndpoint({
        storage: this.#options.storage,
        cache: this.#cache,
        health: this.health,
        version: versionInfo(this.#options.productVersion),
        flowControl: this.#priorityAndFairness?.configuration,
        audit: this.#options.auditing?.counts,
      }),
    );
    return (await (await this.#metrics)(path)) ?? notFoundText();
  }

  #flowControlDump(what: string): ApiResponse {
    const text = this.#priorityAndFairness && dump(what, this.#priorityAndFairness.configuration);
    return text === undefined ? notFoundText() : { status: 200, headers: { "content-type": TEXT }, body: Buffer.from(text) };
  }

  /** Answers GET alone. */
  #issuerDocument(context: RequestContext, path: string): ApiResponse {
    onlyGet(context);
    const { issuers, keys, jwksUri } = this.#authentication.serviceAccounts;
    const options = { issuer: issuers[0] ?? "", keys, jwksUri, serverAddress: () => this.#options.serverAddress };
    return discoveryDocument(path, options) ?? notFoundText();
  }

  #index(): { paths: string[] } {
    const groups = this.registry.groups.flatMap(({ name, versions }) =>
      name === ""
        ? versions.map(({ version }) => `/api/${version}`)
        : [`/apis/${name}`, ...versions.map(({ groupVersion }) => `/apis/${groupVersion}`)],
    );
    const others = [
      "/.well-known/openid-configuration",
      "/healthz",
      "/livez",
      "/metrics",
      "/metrics/slis",
      "/openapi/v2",
      "/openapi/v3",
      "/openid/v1/jwks",
      "/readyz",
      "/version",
    ];
    return { paths: ["/api", "/apis", ...others, ...groups].sort() };
  }
}

/** Rights over signers, which are no objects. */
const signerRights =
  (authorizer: Authorizer): SignerRights =>
  async (user, verb, name) => {
    const signer = { path: "", isResource: true, controlPlane: ROOT_CONTROL_PLANE, group: "certificates.k8s.io", version: "*" };
    const info = { ...signer, verb, name, resource: "signers", subresource: "", namespace: "" };
    return (await authorizer({ user, info })).verdict === "allow";
  };

/** The kind of what is answered and not stored; undefined for all else. */
const questionKind = ({ resource: { kind }, subresource }: ResourceTarget): KindDefinition | undefined =>
  subresource === "token" ? kind.subresources.token : kind.answered ? kind : undefined;

function onlyGet({ request }: RequestContext): void {
  if (request.method !== "GET") throw methodNotAllowed();
}

function checkNameParameter(name: string): void {
  const errors = validatePathSegmentName(name);
  if (errors.length > 0) throw badRequest(`Name parameter invalid: ${quote(name)}: ${errors.join(", ")}`);
}
