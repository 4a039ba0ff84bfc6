import { describe, expect, it } from "vitest";
import { parseFlags } from "../flags.ts";
import { DEFAULT_AUTHENTICATION } from "./flags.ts";

const parse = (...argv: string[]) => {
  const parsed = parseFlags(argv);
  return "flags" in parsed ? parsed.flags.authentication : (parsed as { errors: readonly string[] }).errors;
};

describe("flags of authentication", () => {
  it("are what tests take for granted, unless they say something else", () => {
    expect(parse()).toEqual(DEFAULT_AUTHENTICATION);
  });

  it("name an issuer of tokens", () => {
    const flags = ["--oidc-issuer-url=https://a.io", "--oidc-client-id=c"];
    const oidc = {
      issuerUrl: "https://a.io",
      clientId: "c",
      caFile: undefined,
      usernameClaim: "sub",
      usernamePrefix: undefined,
      groupsClaim: undefined,
      groupsPrefix: "",
      signingAlgorithms: ["RS256"],
      requiredClaims: new Map(),
    };
    expect(parse(...flags)).toEqual({ ...DEFAULT_AUTHENTICATION, oidc });
    const more = ["--oidc-username-claim=email", "--oidc-username-prefix=-", "--oidc-groups-claim=g", "--oidc-groups-prefix=p:"];
    const rules = ["--oidc-signing-algs=ES256,PS384", "--oidc-required-claim=hd=a=b", "--oidc-required-claim", "x = y", "--oidc-ca-file=f"];
    expect(parse(...flags, ...more, ...rules)).toMatchObject({
      oidc: {
        usernameClaim: "email",
        usernamePrefix: "-",
        groupsClaim: "g",
        groupsPrefix: "p:",
        signingAlgorithms: ["ES256", "PS384"],
        requiredClaims: new Map([
          ["hd", "a=b"],
          ["x", "y"],
        ]),
        caFile: "f",
      },
    });
    expect(parse("--authentication-config=a.yaml")).toEqual({ ...DEFAULT_AUTHENTICATION, configurationFile: "a.yaml" });
  });

  it("name a webhook that knows tokens", () => {
    const flag = "--authentication-token-webhook-config-file=k";
    expect(parse(flag)).toMatchObject({ tokenWebhook: { kubeconfigFile: "k", version: "v1beta1", ttl: 120_000 } });
    const more = ["--authentication-token-webhook-version=v1", "--authentication-token-webhook-cache-ttl=0"];
    expect(parse(flag, ...more)).toMatchObject({ tokenWebhook: { version: "v1", ttl: 0 } });
    expect(parse(...more)).toEqual(DEFAULT_AUTHENTICATION);
    expect(parse(flag, "--authentication-token-webhook-version=v2", "--authentication-token-webhook-cache-ttl=2")).toEqual([
      'unsupported authentication webhook version "v2", supported versions are "v1", "v1beta1"',
    ]);
    expect(parse(flag, "--authentication-token-webhook-cache-ttl=2")).toEqual([
      '--authentication-token-webhook-cache-ttl: "2" is not a time such as 2m',
    ]);
  });

  const TOGETHER = "--oidc-issuer-url and --oidc-client-id must be specified together when any --oidc-… flags are set";
  it.each([
    [["--oidc-issuer-url=https://a.io"], TOGETHER],
    [["--oidc-client-id=c"], TOGETHER],
    [["--oidc-groups-claim=g"], TOGETHER],
    [["--authentication-config=f", "--oidc-client-id=c"], "--authentication-config and --oidc-… flags are mutually exclusive"],
    [
      ["--oidc-issuer-url=https://a.io", "--oidc-client-id=c", "--oidc-signing-algs=HS256"],
      '--oidc-signing-algs: unsupported signing alg: "HS256"',
    ],
    [["--oidc-required-claim=hd"], /malformed pair, expect string=string/],
    [["--service-account-issuer=a", "--service-account-issuer=a"], '--service-account-issuer: "a" is already specified'],
    [["--service-account-issuer="], "--service-account-issuer: must not be empty"],
    [["--anonymous-auth=perhaps"], /it has to be true or false/],
    [["--service-account-max-token-expiration=1m"], "--service-account-max-token-expiration: must be between 1 hour and 2^32 seconds"],
    [["--requestheader-group-headers=X-Group"], "--requestheader-…: needs --requestheader-client-ca-file"],
  ])("are refused in good order: %j", (argv, message) => {
    expect(parse(...argv)).toEqual([typeof message === "string" ? message : expect.stringMatching(message)]);
  });
});
