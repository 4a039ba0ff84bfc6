import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CertificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import { issueAuthority } from "../../cmd/certificates/issue.ts";
import { certificationRequest } from "../../test/tools/certification-request.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import type { Controller } from "../runtime/controller.ts";
import { tokenCleanerController } from "./bootstrap-tokens.ts";
import { certificateCleanerController } from "./certificate-requests.ts";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };
const SECRETS = { group: "", version: "v1", resource: "secrets" };
const REQUESTS = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const MERGE = "application/merge-patch+json";
const HOUR = 3_600_000;

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

/** Runs a controller whose clock is late by so many hours, until it has seen everything. */
async function runLater(controller: Controller, hours: number): Promise<void> {
  plane.run(controller, () => Date.now() + hours * HOUR);
  await new Promise((resolve) => setTimeout(resolve, 100));
}

describe("tokens to join with", () => {
  const names = async () => (await plane.admin.list(SECRETS)).items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const token = (name: string, expiration?: string, namespace = "kube-system", type = "bootstrap.kubernetes.io/token") =>
    plane.admin.create(SECRETS, namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      type,
      ...(expiration !== undefined && { stringData: { expiration } }),
    });
  const within = (ms: number) => new Date(Date.now() + ms).toISOString();
  beforeEach(async () => {
    for (const name of ["kube-system", "other"])
      await plane.admin.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  });

  it("go when they have expired or when that cannot be read, and others stay", async () => {
    await token("expired", within(-1_000));
    await token("unreadable", "tomorrow");
    await token("zoned", "2020-01-01T00:00:00+02:00");
    await token("endless");
    await token("late", within(1_000 * 24 * HOUR));
    await token("expired", within(-1_000), "other");
    await token("opaque", within(-1_000), "kube-system", "Opaque");
    plane.run(tokenCleanerController);
    await eventually(async () =>
      expect(await names()).toEqual(["kube-system/endless", "kube-system/late", "kube-system/opaque", "other/expired"]),
    );
  });

  it("go in time, and later when they are given more", async () => {
    plane.run(tokenCleanerController);
    await token("first", within(300));
    await token("second", within(300));
    await plane.admin.patch(SECRETS, { namespace: "kube-system", name: "second" }, MERGE, { stringData: { expiration: within(HOUR) } });
    expect(await names()).toEqual(["kube-system/first", "kube-system/second"]);
    await eventually(async () => expect(await names()).toEqual(["kube-system/second"]));
  });
});

describe("requests for certificates", () => {
  const names = async () => (await plane.admin.list(REQUESTS)).items.map(({ metadata }) => metadata.name);
  let request: string;
  beforeEach(async () => {
    request = (await certificationRequest("CN=x")).base64;
  });

  async function create(name: string, types: string[] = [], lifetime?: number): Promise<void> {
    const object = {
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { name },
      spec: { request, signerName: "example.com/mint", usages: ["client auth"] },
    };
    await plane.admin.create(REQUESTS, undefined, object);
    if (types.length === 0) return;
    const conditions = types.map((type) => ({ type, status: "True", reason: "Test" }));
    await plane.admin.patch(REQUESTS, { name, subresource: "approval" }, MERGE, { status: { conditions } });
    if (lifetime === undefined) return;
    const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = await issueAuthority({ subject: { commonName: "x" }, key, now: Date.now(), lifetime });
    const seen = await plane.admin.get<CertificateSigningRequest>(REQUESTS, { name });
    const status = { ...seen.status, certificate: Buffer.from(certificate).toString("base64") };
    await plane.admin.update(REQUESTS, { ...seen, status }, { subresource: "status" });
  }

  const createAll = () =>
    Promise.all([
      create("pending"),
      create("approved", ["Approved"]),
      create("denied", ["Denied"]),
      create("failed", ["Approved", "Failed"]),
      create("issued", ["Approved"], 5 * HOUR),
      create("short", ["Approved"], HOUR / 2),
      create("odd", ["example.com/Seen"]),
    ]);

  it.each([
    [0, ["approved", "denied", "failed", "issued", "odd", "pending", "short"]],
    [0.6, ["approved", "denied", "failed", "issued", "odd", "pending"]],
    [1.1, ["approved", "odd", "pending"]],
    [23.9, ["approved", "odd", "pending"]],
    [24.1, ["approved", "odd"]],
  ])("are there after %d hours where somebody may still need them", async (hours, left) => {
    await createAll();
    await runLater(certificateCleanerController, hours);
    await eventually(async () => expect(await names()).toEqual(left));
  });

  it("that wait are seen to when they are answered", async () => {
    await runLater(certificateCleanerController, 1.1);
    await create("late");
    await plane.admin.patch(REQUESTS, { name: "late", subresource: "approval" }, MERGE, {
      status: { conditions: [{ type: "Denied", status: "True" }] },
    });
    await eventually(async () => expect(await names()).toEqual([]));
  });
});
