import { isReason } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { CertificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import type { ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const REQUESTS: ResourceRef = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const NAME = "certificatesigningrequest-signing-controller";
const SIGNER = "kubernetes.io/kube-apiserver-client";

const LONGEST_MS = 365 * 86_400_000;

/** Issues a client's certificate: a request and the certificate in PEM, the lifetime in milliseconds. */
export type Sign = (request: string, usages: readonly string[], lifetime: number) => Promise<string>;

/** Issues what was approved for `kubernetes.io/kube-apiserver-client` (kubernetes, pkg/controller/certificates/signer). */
export const certificateSigningController = (sign: Sign): Controller => ({
  name: NAME,
  async run(surroundings, signal) {
    const { client, log, now } = surroundings;
    const queue = new WorkQueue();
    const informer = new Informer<CertificateSigningRequest>(client, REQUESTS, (error) =>
      log.error({ controller: NAME, err: error }, "watch failed"),
    );
    informer.handle((request, event) => {
      if (event !== "removed" && isDue(request)) queue.add(keyOf(request));
    });
    const work = workOn(NAME, queue, 1, surroundings, signal, async (name) => {
      const seen = informer.get(name);
      if (seen === undefined || !isDue(seen)) return undefined;
      const { request, usages = [], expirationSeconds } = seen.spec;
      const problem = usageProblem(usages);
      const { conditions = [] } = seen.status ?? {};
      const status =
        problem === undefined
          ? { conditions, certificate: base64(await sign(text(request), usages, lifetimeOf(expirationSeconds))) }
          : { conditions: [...conditions, failure(problem, formatTime(now()))] };
      try {
        await client.update(REQUESTS, { ...seen, status }, { subresource: "status" });
      } catch (error) {
        // somebody else was faster; the watch tells
        if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
      }
      return undefined;
    });
    await Promise.all([informer.run(signal), work]);
  },
});

function isDue({ spec, status = {} }: CertificateSigningRequest): boolean {
  const types = status.conditions?.map(({ type }) => type) ?? [];
  const decided = types.includes("Approved") && !types.includes("Denied") && !types.includes("Failed");
  return spec.signerName === SIGNER && decided && !status.certificate;
}

/** What this signer does not certify. */
function usageProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !["client auth", "digital signature", "key encipherment"].includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

const failure = (message: string, lastUpdateTime: string) =>
  ({ type: "Failed", status: "True", reason: "SignerValidationFailure", message, lastUpdateTime }) as const;

const text = (base64: string) => Buffer.from(base64, "base64").toString();
const base64 = (text: string) => Buffer.from(text).toString("base64");

const lifetimeOf = (seconds: number | undefined) => Math.min(seconds === undefined ? LONGEST_MS : seconds * 1000, LONGEST_MS);
