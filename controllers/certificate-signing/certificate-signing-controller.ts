import { isReason } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { CertificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import { parseRequest } from "../../apis/certificates/v1/certification-request.ts";
import type { ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { SIGNERS } from "./signers.ts";

const REQUESTS: ResourceRef = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const NAME = "certificatesigningrequest-signing-controller";

/** Who signs. */
export interface Signing {
  /** Issues a client's certificate: a request and the certificate in PEM, the lifetime in milliseconds. */
  sign(request: string, usages: readonly string[], lifetime: number): Promise<string>;
  /** How long a certificate is good at most, and where its request does not say: milliseconds. */
  readonly longest: number;
}

/** Issues what was approved for the signers of clients' certificates (kubernetes, pkg/controller/certificates/signer). */
export const certificateSigningController = ({ sign, longest }: Signing): Controller => ({
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
      const { request, usages = [], expirationSeconds, signerName } = seen.spec;
      const problem = SIGNERS.get(signerName)?.(parseRequest(request), usages);
      const lifetime = Math.min(expirationSeconds === undefined ? longest : expirationSeconds * 1000, longest);
      const { conditions = [] } = seen.status ?? {};
      const status =
        problem === undefined
          ? { conditions, certificate: base64(await sign(text(request), usages, lifetime)) }
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
  return SIGNERS.has(spec.signerName) && decided && !status.certificate;
}

const failure = (message: string, lastUpdateTime: string) =>
  ({ type: "Failed", status: "True", reason: "SignerValidationFailure", message, lastUpdateTime }) as const;

const text = (base64: string) => Buffer.from(base64, "base64").toString();
const base64 = (text: string) => Buffer.from(text).toString("base64");
