/** What can be switched on that is off by default. Names and words of errors are kube-apiserver's (k8s.io/component-base, featuregate). */
export const FEATURE_GATES = {
  /** CBOR in requests and answers. What is stored stays JSON. */
  CBORServingAndStorage: false,
};

export type FeatureGates = Readonly<typeof FEATURE_GATES>;

/**
 * Reads `Name=true,Other=false`; what comes later wins.
 *
 * @param errors told one line per mistake
 */
export function parseFeatureGates(flag: string, values: readonly string[], errors: string[]): FeatureGates {
  const gates = { ...FEATURE_GATES };
  for (const pair of values.flatMap((value) => value.split(",")).map((text) => text.trim())) {
    if (pair === "") continue;
    const [name = "", value] = pair.split(/=(.*)/s).map((text) => text.trim());
    if (value === undefined) errors.push(`${flag}: missing bool value for ${name}`);
    else if (!Object.hasOwn(gates, name)) errors.push(`${flag}: unrecognized feature gate: ${name}`);
    else if (/^(1|t|true)$/i.test(value)) gates[name as keyof FeatureGates] = true;
    else if (/^(0|f|false)$/i.test(value)) gates[name as keyof FeatureGates] = false;
    else errors.push(`${flag}: invalid value of ${name}: ${value}, it has to be true or false`);
  }
  return gates;
}
