import { copyJson } from "../../apimachinery/json/copy.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { apiVersionOf, asJson, type KubeObject } from "../../apimachinery/object.ts";
import { badRequest, isReason, notFound, unknownError } from "../../apimachinery/status/status.ts";
import { type Scale, scale as scaleKind } from "../../apis/autoscaling/v1/scale.ts";
import { checkType, printObject } from "../apply/configuration.ts";
import { FieldManager } from "../apply/field-manager.ts";
import { Versions } from "../apply/versions.ts";
import { decodeObject, decodeRequestBody } from "../encodings/request-body.ts";
import type { RequestContext } from "../filters/context.ts";
import { checkMetadataAgainstUrl } from "../metadata/update.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import { parseWriteOptions, type WriteOptions } from "../options/write-options.ts";
import { patchTypeOf } from "../patch/media-types.ts";
import { guaranteedUpdate, type Result } from "../registry/guaranteed-update.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { judgeDoubledKeys, readConfiguration } from "../verbs/apply.ts";
import { readCurrent } from "../verbs/get.ts";
import { readPatch } from "../verbs/patch.ts";
import { replace } from "../verbs/replace.ts";
import { negotiateObject, respondObject } from "../verbs/respond.ts";
import { placeOf, type Ref, readBody, writeOf } from "../verbs/writing.ts";
import { readScale, type ScalePaths, scaleOf, setReplicas, written } from "./scale-of.ts";
import { replicasPaths, toObjectEntries, toScaleEntries } from "./scale-owners.ts";

const versions = new Versions(scaleKind, [scaleKind]);
const manager = new FieldManager(scaleKind, versions, (_kind, _result, config) => {
  throw unknownError(`failed to convert new object (${printObject(config)}) to proper version: ${NO_CUSTOM_KIND}`);
});

/** Where kube-apiserver looks closer at the scale of a custom kind that is applied, it takes it for an object of the kind itself, and fails. */
const NO_CUSTOM_KIND = "request to convert CR to an invalid group/version: autoscaling/v1";

/**
 * Whoever applies a scale can share what is owned, and no more.
 * @throws StatusError BadRequest for another type of object, 500 without a reason for replicas that nobody owns
 */
function checkOwned({ metadata }: Scale, config: JsonObject): void {
  if (metadata.managedFields !== undefined) return;
  checkType(versions.own, config);
  const why = "failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version";
  throw unknownError(`failed to create manager for existing fields: ${why}: ${NO_CUSTOM_KIND}`);
}

/** GET of the scale of an object. */
export async function getScale(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const negotiated = negotiateObject(context, target.resource);
  const record = await readCurrent(context, target);
  return respond(serving, context, negotiated, 200, scaleOf(target.resource.object(record), pathsOf(target)));
}

/** PUT of the scale. */
export async function updateScale(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const negotiated = negotiateObject(context, target.resource);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "UpdateOptions");
  const { object, warnings } = decodeScale(context, body, options);
  context.warn(...warnings);
  context.audit?.requestObject(object);
  checkMetadataAgainstUrl(object.metadata, target.name, target.namespace);
  const wanted = () => copyJson(asJson(object)) as unknown as Scale;
  return write(serving, context, target, negotiated, { ...options, patch: false }, wanted);
}

/** Whatever is wrong with a body, kube-apiserver looks for the kind where custom kinds are, and does not find it. @throws StatusError */
function decodeScale(context: RequestContext, body: Uint8Array, { fieldValidation }: WriteOptions): ReturnType<typeof decodeRequestBody> {
  try {
    return decodeRequestBody(scaleKind, context.request.headers["content-type"], body, { fieldValidation, encodings: context.encodings });
  } catch (error) {
    if (!isReason(error, "BadRequest")) throw error;
    throw badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"');
  }
}

/** PATCH of the scale. */
export async function patchScale(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const type = patchTypeOf(context.request.headers["content-type"], target.resource.kind, context.encodings);
  const negotiated = negotiateObject(context, target.resource);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "PatchOptions", type === "apply");
  if (type === "apply") {
    const { document, configuration } = readConfiguration(context, body);
    context.audit?.requestDocument(document.value);
    return write(serving, context, target, negotiated, { ...options, patch: true, tracked: true }, (live, ref) => {
      const config = configuration();
      checkOwned(live, config);
      const applied = manager.apply(live, config, { ...writeOf(serving, context, ref, options), force: options.force });
      judgeDoubledKeys(context, document.doubledKeys, options);
      return applied as Scale;
    });
  }
  const patch = readPatch(type, body, scaleKind, options);
  context.audit?.requestDocument(patch.document);
  return write(serving, context, target, negotiated, { ...options, patch: true }, (live) => {
    const patched = patch.apply(asJson(live));
    const { object, warnings } = decodeObject(scaleKind, patched.value, {
      fieldValidation: options.fieldValidation,
      problems: patched.strictErrors,
      patchText: patched.shown,
    });
    context.warn(...warnings);
    return object as Scale;
  });
}

interface ScaleWrite extends WriteOptions {
  readonly patch: boolean;
  /** What is wanted has its owners already. */
  readonly tracked?: boolean;
}

/** Turns what is wanted of the scale into what is wanted of the object, and stores that as any update. */
async function write(
  serving: Serving,
  context: RequestContext,
  target: ResourceTarget,
  negotiated: Negotiated,
  options: ScaleWrite,
  wanted: (live: Scale, ref: Ref) => Scale,
): Promise<ApiResponse> {
  const { resource, namespace, name } = target;
  const paths = pathsOf(target);
  const ref: Ref = { resource, controlPlane: context.info.controlPlane, namespace, name, part: "scale" };
  const replicas = replicasPaths(serving.registry.storedLike(resource).map(({ kind }) => kind));
  const result = await guaranteedUpdate(placeOf(serving, ref, options), (current) => {
    if (current === undefined) throw notFound(resource.groupResource, name);
    const object = resource.object(current);
    const entries = object.metadata.managedFields;
    const live = written(readScale(object, paths));
    const owners = toScaleEntries(entries, replicas);
    if (owners !== undefined) live.metadata.managedFields = owners;
    const scale = wanted(live, ref);
    checkMetadataAgainstUrl(scale.metadata, name, namespace);
    if (!options.tracked) manager.trackUpdate(live, scale, writeOf(serving, context, ref, options));
    setReplicas(object, scale, paths);
    takeIdentity(object, scale, options);
    const left = toObjectEntries(entries, scale.metadata.managedFields, replicas, apiVersionOf(resource.kind));
    if (left === undefined) delete object.metadata.managedFields;
    else object.metadata.managedFields = left;
    return replace(serving, context, ref, { record: current, object: resource.object(current) }, object, { ...options, tracked: true });
  });
  return respond(serving, context, negotiated, 200, scaleOf(objectIn(result, target), paths));
}

/** A version that the client names has to be that of the object, and so has a uid in a PUT; in a patch it says nothing. */
function takeIdentity(object: KubeObject, { metadata: { resourceVersion, uid } }: Scale, { patch }: ScaleWrite): void {
  if (resourceVersion) object.metadata.resourceVersion = resourceVersion;
  if (uid && !patch) object.metadata.uid = uid;
}

function objectIn(result: Result, { resource }: ResourceTarget): KubeObject {
  return result.did === "stored" || result.did === "nothing" ? resource.object(result.record) : result.object;
}

const pathsOf = ({ resource }: ResourceTarget): ScalePaths => resource.kind.subresources.scale as ScalePaths;

const respond = (serving: Serving, context: RequestContext, negotiated: Negotiated, status: number, scale: Scale): ApiResponse =>
  respondObject(serving, context, { kind: scaleKind }, negotiated, status, scale);
