import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { serviceAccount } from "./service-account.ts";

const { strategy } = serviceAccount;
const object = (members: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "robot" },
  ...members,
});

describe("a ServiceAccount", () => {
  it("stores nothing of its Secrets but their names", () => {
    const mine = object({ secrets: [{ name: "s2", fieldPath: "x", namespace: "n" }, { kind: "Secret" }] });
    strategy.prepareForUpdate?.(mine, object());
    expect(mine.secrets).toEqual([{ name: "s2" }, {}]);
    const none = object();
    strategy.prepareForCreate?.(none, { name: "", groups: [] });
    expect(none).not.toHaveProperty("secrets");
  });

  it("warns of the annotation that is going away, once", () => {
    const annotated = object({ metadata: { name: "robot", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } } });
    expect(strategy.warnings?.(annotated, undefined)).toEqual([
      "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
    ]);
    expect(strategy.warnings?.(annotated, annotated)).toEqual([]);
    expect(strategy.warnings?.(object(), undefined)).toEqual([]);
  });
});
