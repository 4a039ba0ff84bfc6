import { X509Certificate } from "node:crypto";
import type { KubeObject } from "../../apimachinery/object.ts";
import { parseTime } from "../../apimachinery/time/timestamp.ts";
import type { CertificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import { deleteInTime } from "./expiring.ts";

const HOUR = 3_600_000;
/** How long a request stays that was answered, and one that nobody answers, in ms. */
const ANSWERED = HOUR;
const PENDING = 24 * HOUR;

/** Deletes CertificateSigningRequests that nobody needs any longer (kubernetes, pkg/controller/certificates/cleaner/cleaner.go). */
export const certificateCleanerController = deleteInTime({
  name: "certificatesigningrequest-cleaner-controller",
  resource: { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" },
  endOf,
});

/** An hour after the answer, or with the certificate if that ends before; after a day without an answer. One that is approved waits for its signer. */
function endOf(object: KubeObject): number {
  const { metadata, status = {} } = object as CertificateSigningRequest;
  const { conditions = [], certificate } = status;
  if (conditions.length === 0) return timeOf(metadata.creationTimestamp) + PENDING;
  const ends = conditions.map(({ type, lastUpdateTime }) => {
    if (type === "Denied" || type === "Failed") return timeOf(lastUpdateTime) + ANSWERED;
    if (type === "Approved" && certificate) return Math.min(timeOf(lastUpdateTime) + ANSWERED, endOfCertificate(certificate));
    return Number.POSITIVE_INFINITY;
  });
  return Math.min(...ends, Number.POSITIVE_INFINITY);
}

const timeOf = (time: string | undefined): number => (time === undefined ? Number.POSITIVE_INFINITY : parseTime(time));

/** @param base64 PEM; behind the certificate others may stand */
function endOfCertificate(base64: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(base64, "base64")).validTo);
  } catch {
    // what cannot be read does not end
    return Number.POSITIVE_INFINITY;
  }
}
