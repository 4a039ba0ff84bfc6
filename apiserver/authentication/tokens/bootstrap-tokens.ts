import { timingSafeEqual } from "node:crypto";
import {
  BOOTSTRAP_TOKEN,
  BOOTSTRAP_TOKEN_NAMESPACE,
  bootstrapTokenEnd,
  bootstrapTokenText,
} from "../../../apis/core/v1/bootstrap-token.ts";
import type { Secret } from "../../../apis/core/v1/secret.ts";
import { whenThere } from "../../eventual.ts";
import type { ObjectReader } from "../../registry/object-reader.ts";
import type { ObjectRecord } from "../../registry/object-record.ts";
import type { UserInfo } from "../../request.ts";
import { ROOT_CONTROL_PLANE } from "../../routing/request-info.ts";
import { digestOf, type PresentedToken, type UserOfToken } from "./token.ts";

/** `id.secret` */
const FORM = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;

const GROUP = "system:bootstrappers";
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

/**
 * Tokens that programs join with, before they have a certificate: each is a Secret `bootstrap-token-{id}` of its own type in `kube-system`
 * (k8s.io/kubernetes, plugin/pkg/auth/authenticator/token/bootstrap; reference 9.2). One that is not good is as good as unknown.
 * @param secrets reads Secrets
 * @param now milliseconds since the epoch
 */
export const bootstrapTokens =
  (secrets: ObjectReader, now: () => number): UserOfToken =>
  (token) => {
    const id = FORM.exec(token.text)?.[1];
    if (id === undefined) return undefined;
    const record = secrets.known(ROOT_CONTROL_PLANE, BOOTSTRAP_TOKEN_NAMESPACE, `bootstrap-token-${id}`);
    return whenThere(record, (found) => found && userOf(found, id, token, now()));
  };

function userOf(record: ObjectRecord, id: string, token: PresentedToken, now: number): UserInfo | undefined {
  const secret = record.object() as Secret;
  const text = (key: string) => bootstrapTokenText(secret, key);
  if (secret.metadata.deletionTimestamp !== undefined || secret.type !== BOOTSTRAP_TOKEN) return undefined;
  const kept = digestOf(`${text("token-id")}.${text("token-secret")}`);
  if (!timingSafeEqual(Buffer.from(kept), Buffer.from(token.digest))) return undefined;
  if (bootstrapTokenEnd(secret) <= now || text("usage-bootstrap-authentication") !== "true") return undefined;
  const extra = text("auth-extra-groups");
  const groups = extra === "" ? [] : extra.split(",");
  if (!groups.every((group) => EXTRA_GROUP.test(group))) return undefined;
  return { name: `system:bootstrap:${id}`, groups: [...new Set([GROUP, ...groups])].sort() };
}
