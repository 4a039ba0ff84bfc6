import { describe, expect, it } from "vitest";
import { parseFlags } from "../flags.ts";
import { DEFAULT_AUTHORIZATION } from "./flags.ts";

const parse = (...argv: string[]) => {
  const parsed = parseFlags(argv);
  return "flags" in parsed ? parsed.flags.authorization : (parsed as { errors: readonly string[] }).errors;
};

describe("flags of authorization", () => {
  it("say that roles and bindings decide, unless they say something else", () => {
    expect(parse()).toEqual(DEFAULT_AUTHORIZATION);
    expect(parse("--authorization-mode=AlwaysDeny,RBAC", "--authorization-mode", "AlwaysAllow")).toEqual({
      modes: ["AlwaysDeny", "RBAC", "AlwaysAllow"],
      webhook: undefined,
    });
    expect(parse("--authorization-config=a.yaml")).toEqual({ configFile: "a.yaml" });
  });

  it("say how a webhook is asked", () => {
    const flags = ["--authorization-mode=RBAC,Webhook", "--authorization-webhook-config-file=k"];
    const webhook = { kubeconfigFile: "k", version: "v1beta1", authorizedTtl: 300_000, unauthorizedTtl: 30_000 };
    expect(parse(...flags)).toEqual({ modes: ["RBAC", "Webhook"], webhook });
    const more = ["--authorization-webhook-cache-authorized-ttl=0", "--authorization-webhook-cache-unauthorized-ttl=1m"];
    expect(parse(...flags, ...more, "--authorization-webhook-version=v1")).toMatchObject({
      webhook: { version: "v1", authorizedTtl: 0, unauthorizedTtl: 60_000 },
    });
  });

  it.each([
    ["--authorization-mode=Node,RBAC", "authorization-mode Node is for kubelets, and this server has no nodes"],
    ["--authorization-mode=ABAC", "authorization-mode ABAC is not built: RBAC or a Webhook can say the same"],
    ["--authorization-mode=Magic", 'authorization-mode "Magic" is not a valid mode'],
    ["--authorization-mode=", 'authorization-mode "" is not a valid mode'],
    ["--authorization-mode=RBAC,RBAC", 'authorization-mode ["RBAC" "RBAC"] has mode specified more than once'],
    ["--authorization-mode=Webhook", "authorization-mode Webhook's authorization config file not passed"],
    ["--authorization-webhook-config-file=k", "cannot specify --authorization-webhook-config-file without mode Webhook"],
    ["--authorization-webhook-version=v2", 'unsupported webhook authorizer version "v2", supported versions are "v1", "v1beta1"'],
    [
      "--authorization-webhook-cache-authorized-ttl=-1s",
      '--authorization-webhook-cache-authorized-ttl: "-1s" is not a time such as 5m or 30s',
    ],
    [
      "--authorization-config=a --authorization-mode=RBAC",
      "--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined",
    ],
  ])("%s are refused", (flags, error) => {
    expect(parse(...flags.split(" "))).toEqual([error]);
  });
});
