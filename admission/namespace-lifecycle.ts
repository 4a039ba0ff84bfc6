import { forbidden, notFound } from "../apimachinery/status/status.ts";
import { SYSTEM_NAMESPACES } from "../apis/core/v1/namespace.ts";
import type { AdmissionPlugin, Attributes } from "./admission.ts";

/** What admission knows of namespaces: the phase of one, undefined when there is none. */
export interface NamespaceReader {
  phase(controlPlane: string, name: string): string | undefined | Promise<string | undefined>;
}

/** Reviews are answered in any namespace: there are many for which nothing may be told otherwise. */
const isAccessReview = ({ group, resource }: Attributes["resource"]) =>
  group === "authorization.k8s.io" && resource === "localsubjectaccessreviews";

const NAMESPACES = { group: "", resource: "namespaces" };

/**
 * Nothing is created in a namespace that is absent or going, and the system's namespaces stay
 * (k8s.io/apiserver, pkg/admission/plugin/namespace/lifecycle).
 */
export function namespaceLifecycle(namespaces: NamespaceReader): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    admit: (attributes) => check(attributes, namespaces),
  };
}

async function check(attributes: Attributes, namespaces: NamespaceReader): Promise<void> {
  const { operation, resource, namespace, name, controlPlane } = attributes;
  if (resource.group === "" && resource.resource === "namespaces") {
    if (operation === "DELETE" && SYSTEM_NAMESPACES.has(name)) throw forbidden(NAMESPACES, name, "this namespace may not be deleted");
    return;
  }
  if (operation !== "CREATE" || namespace === "" || isAccessReview(resource)) return;
  const found = namespaces.phase(controlPlane, namespace);
  const phase = found instanceof Promise ? await found : found;
  if (phase === undefined) throw notFound(NAMESPACES, namespace);
  if (phase === "Terminating") {
    throw forbidden(
      resource,
      name || attributes.object?.metadata.generateName,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [{ reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" }],
    );
  }
}
