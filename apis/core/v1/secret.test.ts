import "reflect-metadata";
import { generateKeyPairSync, KeyObject, webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { secret } from "./secret.ts";

const { strategy } = secret;

/** A Secret as it is after decoding. */
function decoded(members: Record<string, unknown>): KubeObject {
  const object: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...members };
  strategy.setDefaults?.(object);
  return object;
}

const errorsOf = (type: string, stringData: Record<string, string> = {}) =>
  strategy.validate?.(decoded({ type, stringData })).map(errorText);
const changeErrors = (now: Record<string, unknown>, before: Record<string, unknown>) =>
  strategy.validateUpdate?.(decoded(now), decoded(before)).map(errorText);
const warningsOf = (certificate: string, key: string) =>
  strategy.warnings?.(decoded({ type: "kubernetes.io/tls", stringData: { "tls.crt": certificate, "tls.key": key } }), undefined);

describe("a Secret", () => {
  it("is Opaque unless it says otherwise, and takes stringData over data", () => {
    expect(decoded({ data: { k: "b2xk", x: "eA==" }, stringData: { k: "new", empty: "" } })).toMatchObject({
      type: "Opaque",
      data: { k: "bmV3", x: "eA==", empty: "" },
    });
    expect(decoded({ stringData: { k: "v" } })).not.toHaveProperty("stringData");
    expect(decoded({ type: "any text at all" })).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      type: "any text at all",
    });
  });

  it("takes a key called __proto__ like any other", () => {
    const { data } = decoded({ stringData: JSON.parse('{"__proto__":"x"}') });
    expect(JSON.stringify(data)).toBe('{"__proto__":"eA=="}');
  });

  it("must have the keys that its type requires", () => {
    expect(errorsOf("kubernetes.io/tls")).toEqual(["data[tls.crt]: Required value", "data[tls.key]: Required value"]);
    expect(errorsOf("kubernetes.io/tls", { "tls.crt": "", "tls.key": "" })).toEqual([]);
    expect(errorsOf("kubernetes.io/basic-auth")).toEqual(["data[username]: Required value", "data[password]: Required value"]);
    expect(errorsOf("kubernetes.io/basic-auth", { password: "" })).toEqual([]);
    expect(errorsOf("kubernetes.io/ssh-auth", { "ssh-privatekey": "" })).toEqual(["data[ssh-privatekey]: Required value"]);
    expect(errorsOf("kubernetes.io/ssh-auth", { "ssh-privatekey": "x" })).toEqual([]);
    expect(errorsOf("kubernetes.io/service-account-token")).toEqual([
      "metadata.annotations[kubernetes.io/service-account.name]: Required value",
    ]);
    expect(errorsOf("bootstrap.kubernetes.io/token")).toEqual([]);
    expect(errorsOf("constructor")).toEqual([]);
  });

  it("must hold a JSON object where its type is one of Docker's, and does not show it in the error", () => {
    const text = (what: string) => `data[.dockercfg]: Invalid value: "<secret contents redacted>": ${what}`;
    expect(errorsOf("kubernetes.io/dockercfg")).toEqual(["data[.dockercfg]: Required value"]);
    expect(errorsOf("kubernetes.io/dockercfg", { ".dockercfg": "no" })).toEqual([
      text("invalid character 'o' in literal null (expecting 'u')"),
    ]);
    expect(errorsOf("kubernetes.io/dockercfg", { ".dockercfg": "[]" })).toEqual([
      text("json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ]);
    expect(errorsOf("kubernetes.io/dockerconfigjson", { ".dockerconfigjson": '{"auths":{}}' })).toEqual([]);
  });

  it("keeps its type, and its data once it is immutable", () => {
    expect(changeErrors({ data: {} }, { type: "example.com/a" })).toEqual(['type: Invalid value: "Opaque": field is immutable']);
    const before = { immutable: true, data: { a: "MQ==" } };
    expect(changeErrors({ ...before, stringData: { a: "1" } }, before)).toEqual([]);
    expect(changeErrors({ ...before, stringData: { a: "2" } }, before)).toEqual([
      "data: Forbidden: field is immutable when `immutable` is set",
    ]);
  });

  it("warns of a TLS pair that does not fit, in Go's words", async () => {
    const { certificate, key } = await selfSigned();
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const otherKind = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const publicPem = publicKey.export({ type: "spki", format: "pem" }) as string;
    expect(warningsOf(certificate, key)).toEqual([]);
    expect(warningsOf("", "")).toEqual(["tls: failed to find any PEM data in certificate input"]);
    expect(warningsOf(key, "")).toEqual([
      "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
    ]);
    expect(warningsOf(publicPem, "")).toEqual([
      'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [PUBLIC KEY]',
    ]);
    expect(warningsOf(certificate, "")).toEqual(["tls: failed to find any PEM data in key input"]);
    expect(warningsOf(certificate, certificate)).toEqual(["tls: found a certificate rather than a key in the PEM for the private key"]);
    expect(warningsOf(certificate, otherKind)).toEqual(["tls: private key type does not match public key type"]);
    expect(warningsOf(certificate, (await selfSigned()).key)).toEqual(["tls: private key does not match public key"]);
    expect(strategy.warnings?.(decoded({}), undefined)).toEqual([]);
  });
});

/** A certificate and its key in PEM. */
async function selfSigned(): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({ name: "CN=example.com", keys, signingAlgorithm: algorithm });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string;
  return { certificate: certificate.toString("pem"), key };
}
