import { type FieldError, invalid as invalidField, notSupported } from "../../apimachinery/field/error.ts";
import { parseInt64 } from "../../apimachinery/query/scalars.ts";
import { invalid } from "../../apimachinery/status/status.ts";
import type { AuditRecord } from "../audit/record.ts";
import { decodeDeleteOptions } from "../encodings/request-body.ts";
import { ENCODINGS, type Encodings } from "../negotiation/negotiate.ts";
import type { Query } from "../routing/query.ts";
import { asBadRequest } from "./list-options.ts";
import { dryRunErrors } from "./write-options.ts";

const UNSAFE = "ignoreStoreReadErrorWithClusterBreakingPotential";

/** metav1.DeleteOptions, checked. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagationPolicy: "Foreground" | "Background" | "Orphan" | undefined;
  /** The older way to say `Orphan` or `Background`. */
  readonly orphanDependents: boolean | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds: number | undefined;
  /** Remove what cannot be read any more; what can be read is refused. */
  readonly ignoreStoreReadError: boolean;
}

/**
 * The options of a deletion: from the body if there is one, else from the query.
 * @param collection the deletion is one of a collection
 * @param encodings what the server reads
 * @param record told of the options in a body
 * @throws StatusError BadRequest, UnsupportedMediaType, or Invalid of kind DeleteOptions
 */
export function parseDeleteOptions(
  query: Query,
  body: Uint8Array,
  contentType: string | undefined,
  { collection = false, encodings = ENCODINGS, record }: Reading = {},
): DeleteOptions {
  const raw = body.length > 0 ? decodeDeleteOptions(body, contentType, encodings) : fromQuery(query);
  if (body.length > 0) record?.requestDocument({ kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", ...raw });
  const errors = deleteErrors(raw);
  if (collection && raw[UNSAFE] && errors.length === 0) {
    errors.push(invalidField(UNSAFE, true, "is not allowed with DELETECOLLECTION, try again after removing the option"));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  return {
    dryRun: (raw.dryRun ?? []).length > 0,
    propagationPolicy: raw.propagationPolicy as DeleteOptions["propagationPolicy"],
    orphanDependents: raw.orphanDependents,
    preconditions: raw.preconditions ?? {},
    gracePeriodSeconds: raw.gracePeriodSeconds,
    ignoreStoreReadError: raw[UNSAFE] ?? false,
  };
}

interface Reading {
  readonly collection?: boolean;
  readonly encodings?: Encodings;
  readonly record?: AuditRecord | undefined;
}

/** As they come in a body or a query, not checked yet. */
export interface RawDeleteOptions {
  dryRun?: string[];
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  gracePeriodSeconds?: number;
  ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
}

function fromQuery(query: Query): RawDeleteOptions {
  const grace = query.get("gracePeriodSeconds");
  return {
    ...(query.has("dryRun") ? { dryRun: [...query.all("dryRun")] } : {}),
    ...(query.has("propagationPolicy") ? { propagationPolicy: query.get("propagationPolicy") as string } : {}),
    ...preconditionsIn(query),
    ...(query.has("orphanDependents") ? { orphanDependents: query.flag("orphanDependents") } : {}),
    ...(grace === undefined ? {} : { gracePeriodSeconds: asBadRequest(() => Number(parseInt64(grace))) }),
    ...(query.has(UNSAFE) ? { [UNSAFE]: query.flag(UNSAFE) } : {}),
  };
}

/** A query names them by themselves, those of a collection too, where a resourceVersion is an option of the list as well. */
function preconditionsIn(query: Query): Pick<RawDeleteOptions, "preconditions"> {
  const [uid, resourceVersion] = [query.get("uid"), query.get("resourceVersion")];
  return uid || resourceVersion ? { preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } } : {};
}

function deleteErrors(raw: RawDeleteOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { propagationPolicy, orphanDependents, dryRun = [] } = raw;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(invalidField("propagationPolicy", propagationPolicy, "orphanDependents and deletionPropagation cannot be both set"));
  }
  if (propagationPolicy !== undefined && !["Foreground", "Background", "Orphan"].includes(propagationPolicy)) {
    errors.push(notSupported("propagationPolicy", propagationPolicy, ["Foreground", "Background", "Orphan", "nil"]));
  }
  errors.push(...dryRunErrors(dryRun));
  if (raw.ignoreStoreReadErrorWithClusterBreakingPotential) {
    const alone = (field: string) => errors.push(invalidField(UNSAFE, true, `cannot be set together with .${field}`));
    if (propagationPolicy !== undefined) alone("propagationPolicy");
    if (orphanDependents !== undefined) alone("orphanDependents");
    if (raw.gracePeriodSeconds !== undefined) alone("gracePeriodSeconds");
    if (raw.preconditions !== undefined) alone("preconditions");
  }
  return errors;
}
