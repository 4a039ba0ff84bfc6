import { internalError } from "../../apimachinery/status/status.ts";
import { authorize } from "../authorization/authorizer.ts";
import type { RequestContext } from "../filters/context.ts";
import type { Serving } from "../serving.ts";

/**
 * Asks for the right to create where a request with another verb creates: an apply or a PUT of what is not there. Its own verb does not
 * imply it. (k8s.io/apiserver, pkg/endpoints/handlers/create.go, withAuthorization; recording apply/authorization.)
 * @throws StatusError Forbidden, with the name that the URL gives; InternalError where it cannot be found out
 */
export async function authorizeCreation({ authorizer }: Serving, { info, user }: RequestContext): Promise<void> {
  if (info.verb !== "create") await authorize(authorizer, { user, info: { ...info, verb: "create" } }, internalError);
}
