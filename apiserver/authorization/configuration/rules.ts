import { statSync } from "node:fs";
import path from "node:path";
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { formatDuration } from "../../../apimachinery/time/duration.ts";
import { validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import type { GivenAuthorizer, GivenConfiguration, GivenWebhook } from "./configuration.ts";

/** The authorizers that need no configuration. */
export const BUILT_IN = ["AlwaysAllow", "AlwaysDeny", "RBAC"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];

const KNOWN: readonly string[] = [...BUILT_IN, "Webhook"];

/** What kube-apiserver has, and why it is not here. */
export const ABSENT: Readonly<Record<string, string>> = {
  Node: "is for kubelets, and this server has no nodes",
  ABAC: "is not built: RBAC or a Webhook can say the same",
};

/**
 * What is wrong with a configuration (k8s.io/apiserver, pkg/apis/apiserver/validation; the names are kubernetes'
 * pkg/kubeapiserver/authorizer/config.go). Fields of a webhook are named without the word, as kube-apiserver does.
 */
export function authorizationErrors({ authorizers }: GivenConfiguration): FieldError[] {
  const at = FieldPath.of("authorizers");
  if (!authorizers || authorizers.length === 0) return [required(at, "at least one authorization mode must be defined")];
  const types = new Set<string>();
  const names = new Set<string>();
  return authorizers.flatMap((authorizer, index) => authorizerErrors(authorizer, at.index(index), types, names));
}

/** @param types @param names of the authorizers before it */
function authorizerErrors(
  { type = "", name = "", webhook }: GivenAuthorizer,
  at: FieldPath,
  types: Set<string>,
  names: Set<string>,
): FieldError[] {
  const ofType = at.child("type");
  if (type === "") return [required(ofType)];
  if (ABSENT[type] !== undefined) return [invalid(ofType, type, ABSENT[type])];
  if (!KNOWN.includes(type)) return [notSupported(ofType, type, KNOWN)];
  if (types.has(type) && type !== "Webhook") return [duplicate(ofType, type)];
  types.add(type);

  const errors: FieldError[] = [];
  const ofName = at.child("name");
  const wrong = validateDnsSubdomain(name);
  if (name === "") errors.push(required(ofName));
  else if (names.has(name)) errors.push(duplicate(ofName, name));
  else if (wrong.length > 0) errors.push(invalid(ofName, name, `authorizer name is invalid: ${wrong.join(", ")}`));
  else if (type !== "Webhook" && name !== type.toLowerCase())
    errors.push(invalid(ofName, name, `expected name ${type.toLowerCase()} for authorizer ${type}`));
  names.add(name);

  if (type !== "Webhook")
    return webhook ? [...errors, invalid(at.child("webhook"), "non-null", "may only be specified when type=Webhook")] : errors;
  if (!webhook) return [...errors, required(at.child("webhook"), "required when type=Webhook")];
  return [...errors, ...webhookErrors(webhook, at)];
}

const LONGEST_TIMEOUT = 30_000;

function webhookErrors(webhook: GivenWebhook, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { timeout = 0, matchConditions, matchConditionSubjectAccessReviewVersion: ofConditions = "" } = webhook;
  if (timeout === 0) errors.push(required(at.child("timeout")));
  else if (timeout > LONGEST_TIMEOUT || timeout < 0)
    errors.push(invalid(at.child("timeout"), formatDuration(timeout), "must be > 0s and <= 30s"));
  for (const name of ["authorizedTTL", "unauthorizedTTL"] as const) {
    const time = webhook[name] ?? 0;
    if (time < 0) errors.push(invalid(at.child(name), formatDuration(time), "must be > 0s"));
  }
  errors.push(...choiceErrors(webhook.subjectAccessReviewVersion, at.child("subjectAccessReviewVersion"), ["v1", "v1beta1"]));
  const conditioned = (matchConditions?.length ?? 0) > 0;
  const versionOfConditions = at.child("matchConditionSubjectAccessReviewVersion");
  if (ofConditions !== "") errors.push(...choiceErrors(ofConditions, versionOfConditions, ["v1"]));
  else if (conditioned) errors.push(required(versionOfConditions, "required if match conditions are specified"));
  errors.push(...choiceErrors(webhook.failurePolicy, at.child("failurePolicy"), ["NoOpinion", "Deny"]));
  errors.push(...connectionErrors(webhook.connectionInfo ?? {}, at.child("connectionInfo")));
  // without its conditions the webhook would be asked about what it is not meant to decide
  if (conditioned) errors.push(forbidden(at.child("matchConditions"), "expressions in CEL are not evaluated by this server yet"));
  return errors;
}

function choiceErrors(value: string | undefined, at: FieldPath, choices: readonly string[]): FieldError[] {
  if (!value) return [required(at)];
  return choices.includes(value) ? [] : [notSupported(at, value, choices)];
}

function connectionErrors({ type = "", kubeConfigFile }: NonNullable<GivenWebhook["connectionInfo"]>, at: FieldPath): FieldError[] {
  const ofType = at.child("type");
  if (type === "InClusterConfig") return [invalid(ofType, type, "this server runs in no cluster: use KubeConfigFile")];
  const ofFile = at.child("kubeConfigFile");
  const errors = choiceErrors(type, ofType, ["InClusterConfig", "KubeConfigFile"]);
  if (errors.length > 0) return errors;
  if (!kubeConfigFile) return [required(ofFile)];
  if (!path.isAbsolute(kubeConfigFile)) return [invalid(ofFile, kubeConfigFile, "must be an absolute path")];
  const problem = fileProblem(kubeConfigFile);
  return problem === undefined ? [] : [invalid(ofFile, kubeConfigFile, problem)];
}

function fileProblem(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return `error loading file: stat ${file}: no such file or directory`;
    return found.isFile() ? undefined : "must be a regular file";
  } catch (error) {
    return `error loading file: ${(error as Error).message}`;
  }
}
