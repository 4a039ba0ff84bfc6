import { describe, expect, it } from "vitest";
import type { JwtIssuer } from "./configuration.ts";
import { identityOf } from "./identity.ts";

const of = (claims: object, claimMappings: JwtIssuer["claimMappings"], claimValidationRules: JwtIssuer["claimValidationRules"] = []) => {
  try {
    return identityOf({ sub: "kim", ...claims }, { issuer: {}, claimMappings, claimValidationRules });
  } catch (error) {
    return (error as Error).message;
  }
};
const username = { claim: "sub", prefix: "" };

describe("the user of a token", () => {
  it("has the name, the groups and the uid that claims say, with prefixes", () => {
    const mappings = { username: { claim: "name", prefix: "i:" }, groups: { claim: "roles", prefix: "r:" }, uid: { claim: "oid" } };
    expect(of({ name: "Kim", roles: ["a", "b"], oid: "7", jti: "j" }, mappings)).toEqual({
      name: "i:Kim",
      groups: ["r:a", "r:b"],
      uid: "7",
      extra: { "authentication.kubernetes.io/credential-id": ["JTI=j"] },
    });
    expect(of({ name: "Kim", roles: "admins", oid: "7" }, mappings)).toEqual({ name: "i:Kim", groups: ["r:admins"], uid: "7" });
    expect(of({ name: "Kim", oid: "" }, mappings)).toEqual({ name: "i:Kim", groups: [] });
    expect(of({ name: "Kim", roles: null, oid: null, jti: 7 }, mappings)).toEqual({ name: "i:Kim", groups: [] });
  });

  it.each<[object, JwtIssuer["claimMappings"], string]>([
    [{}, { username: { claim: "name", prefix: "" } }, 'oidc: parse username claims "name": claim not present'],
    [{}, { username: { claim: "constructor", prefix: "" } }, 'oidc: parse username claims "constructor": claim not present'],
    [{ sub: 7 }, { username }, 'oidc: parse username claims "sub": json: cannot unmarshal number into Go value of type string'],
    [{ sub: ["kim"] }, { username }, 'oidc: parse username claims "sub": json: cannot unmarshal array into Go value of type string'],
    [{ sub: "" }, { username: { claim: "sub", prefix: "x:" } }, "oidc: empty username is not allowed"],
    [{ sub: null }, { username }, "oidc: empty username is not allowed"],
    [{}, { username, uid: { claim: "oid" } }, 'oidc: parse uid claim "oid": claim not present'],
    [
      { g: 7 },
      { username, groups: { claim: "g", prefix: "" } },
      'oidc: parse groups claim "g": json: cannot unmarshal number into Go value of type string',
    ],
    [
      { g: [7] },
      { username, groups: { claim: "g", prefix: "" } },
      'oidc: parse groups claim "g": json: cannot unmarshal array into Go value of type string',
    ],
    [
      { _claim_names: { g: "s" }, _claim_sources: { s: { endpoint: "https://127.0.0.1/" } } },
      { username, groups: { claim: "g", prefix: "" } },
      'oidc: could not expand distributed claims: the claim "g" lies elsewhere',
    ],
  ])("is nobody where the claims are not as they should be: %j", (claims, mappings, message) => {
    expect(of(claims, mappings)).toBe(message);
  });

  it("has no name by an email that is not verified", () => {
    const mappings = { username: { claim: "email", prefix: "" } };
    const email = "kim@example.com";
    expect(of({ email }, mappings)).toEqual({ name: email, groups: [] });
    expect(of({ email, email_verified: true }, mappings)).toEqual({ name: email, groups: [] });
    expect(of({ email, email_verified: false }, mappings)).toBe("oidc: email not verified");
    expect(of({ email, email_verified: null }, mappings)).toBe("oidc: email not verified");
    expect(of({ email, email_verified: "true" }, mappings)).toBe(
      "oidc: parse 'email_verified' claim: json: cannot unmarshal string into Go value of type bool",
    );
    expect(of({ email, email_verified: false }, { username })).toEqual({ name: "kim", groups: [] });
  });

  it("has to have what the rules ask for, word for word", () => {
    const rules = [{ claim: "hd", requiredValue: "example.com" }, { claim: "empty" }];
    expect(of({ hd: "example.com", empty: "" }, { username }, rules)).toMatchObject({ name: "kim" });
    expect(of({ empty: "" }, { username }, rules)).toBe("oidc: required claim hd not present in ID token");
    expect(of({ hd: "Example.com", empty: "" }, { username }, rules)).toBe(
      "oidc: required claim hd value does not match. Got = Example.com, want = example.com",
    );
    expect(of({ hd: ["example.com"], empty: "" }, { username }, rules)).toBe(
      "oidc: parse claim hd: json: cannot unmarshal array into Go value of type string",
    );
  });
});
