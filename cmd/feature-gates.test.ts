import { describe, expect, it } from "vitest";
import { parseFeatureGates } from "./feature-gates.ts";

const parsed = (...values: string[]) => {
  const errors: string[] = [];
  return { gates: parseFeatureGates("--feature-gates", values, errors), errors };
};

describe("feature gates", () => {
  it("are off unless they are switched on, the last word wins", () => {
    expect(parsed().gates).toEqual({ CBORServingAndStorage: false });
    expect(parsed(" CBORServingAndStorage = true ").gates).toEqual({ CBORServingAndStorage: true });
    expect(parsed("CBORServingAndStorage=1,CBORServingAndStorage=F").gates).toEqual({ CBORServingAndStorage: false });
    expect(parsed("CBORServingAndStorage=false", "CBORServingAndStorage=T,").gates).toEqual({ CBORServingAndStorage: true });
  });

  it("are refused where there is no such gate or no such value", () => {
    expect(parsed("Cbor=true,toString=true", "CBORServingAndStorage", "CBORServingAndStorage=yes").errors).toEqual([
      "--feature-gates: unrecognized feature gate: Cbor",
      "--feature-gates: unrecognized feature gate: toString",
      "--feature-gates: missing bool value for CBORServingAndStorage",
      "--feature-gates: invalid value of CBORServingAndStorage: yes, it has to be true or false",
    ]);
  });
});
