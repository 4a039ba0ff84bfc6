import { ConfigurationError, parseConfiguration } from "../../apimachinery/configuration/parse.ts";
import { errorText, type FieldError, invalid, notSupported, required } from "../../apimachinery/field/error.ts";
import { validateDnsSubdomain } from "../../apimachinery/validation/names.ts";
import { LEVELS, STAGES } from "./event.ts";
import type { GroupResources, Policy, PolicyRule } from "./policy.ts";

/**
 * Reads the text of an audit.k8s.io/v1 Policy, YAML or JSON (k8s.io/apiserver, pkg/audit/policy/reader.go, pkg/apis/audit/validation).
 * @param onMistake told of fields that do not exist: they are passed over
 * @throws ConfigurationError with kube-apiserver's words for what breaks a rule
 */
export function parseAuditPolicy(text: string, onMistake: (error: ConfigurationError) => void): Policy {
  const policy = { ...read(text, onMistake) };
  const errors = policyErrors(policy).map(errorText);
  if (errors.length > 0) throw new ConfigurationError(errors);
  const { rules } = policy;
  if (!rules || rules.length === 0) throw new ConfigurationError(["loaded illegal policy with 0 rules"]);
  return { ...policy, rules };
}

type GivenPolicy = Omit<Policy, "rules"> & { readonly rules?: readonly PolicyRule[] | null };

function read(text: string, onMistake: (error: ConfigurationError) => void): GivenPolicy {
  try {
    return parseConfiguration<GivenPolicy>(text, schema(false));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const lenient = parseConfiguration<GivenPolicy>(text, schema(true));
    onMistake(error);
    return lenient;
  }
}

function policyErrors({ omitStages, rules }: GivenPolicy): FieldError[] {
  return [...stageErrors(omitStages, "omitStages"), ...(rules ?? []).flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`))];
}

function ruleErrors({ level = "" as PolicyRule["level"], resources, namespaces, nonResourceURLs, omitStages }: PolicyRule, at: string) {
  const paths = nonResourceURLs ?? [];
  const errors: FieldError[] = [];
  if ((level as string) === "") errors.push(required(`${at}.level`));
  else if (!LEVELS.includes(level)) errors.push(notSupported(`${at}.level`, level, LEVELS));
  errors.push(...paths.flatMap((path, index) => pathErrors(path, `${at}.nonResourceURLs[${index}]`)));
  errors.push(...(resources ?? []).flatMap((names) => resourceErrors(names, `${at}.resources`)));
  errors.push(...stageErrors(omitStages, `${at}.omitStages`));
  if (paths.length > 0 && (resources?.length || namespaces?.length)) {
    errors.push(invalid(`${at}.nonResourceURLs`, paths, "rules cannot apply to both regular resources and non-resource URLs"));
  }
  return errors;
}

function pathErrors(path: string, at: string): FieldError[] {
  if (path === "*") return [];
  const errors: FieldError[] = [];
  if (!path.startsWith("/")) errors.push(invalid(at, path, "non-resource URL rules must begin with a '/' character"));
  if (path.slice(0, -1).includes("*"))
    errors.push(invalid(at, path, "non-resource URL wildcards '*' must be the final character of the rule"));
  return errors;
}

function resourceErrors({ group = "", resources, resourceNames }: GroupResources, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const misnamed = group === "" || group === "*" ? [] : validateDnsSubdomain(group);
  if (misnamed.length > 0) errors.push(invalid(`${at}.group`, group, misnamed.join(",")));
  if (resourceNames?.length && !resources?.length) {
    errors.push(invalid(`${at}.resourceNames`, resourceNames, "using resourceNames requires at least one resource"));
  }
  return errors;
}

const stageErrors = (stages: Policy["omitStages"], at: string): FieldError[] =>
  (stages ?? []).flatMap((stage, index) =>
    STAGES.includes(stage) ? [] : [invalid(`${at}[${index}]`, stage, `allowed stages are ${STAGES.join(",")}`)],
  );

/** Shapes only; @param additionalProperties whether there may be members that nobody knows */
function schema(additionalProperties: boolean): object {
  const names = { type: ["array", "null"], items: { type: "string" } };
  const object = (properties: object) => ({ type: "object", additionalProperties, properties });
  const flag = { type: ["boolean", "null"] };
  const resources = object({ group: { type: "string" }, resources: names, resourceNames: names });
  const rule = object({
    level: { type: "string" },
    users: names,
    userGroups: names,
    verbs: names,
    resources: { type: ["array", "null"], items: resources },
    namespaces: names,
    nonResourceURLs: names,
    omitStages: names,
    omitManagedFields: flag,
  });
  return {
    ...object({
      apiVersion: { enum: ["audit.k8s.io/v1"] },
      kind: { enum: ["Policy"] },
      metadata: { type: "object" },
      rules: { type: ["array", "null"], items: rule },
      omitStages: names,
      omitManagedFields: flag,
    }),
    required: ["apiVersion", "kind"],
  };
}
