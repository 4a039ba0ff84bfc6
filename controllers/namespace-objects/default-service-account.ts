import { inEveryNamespace } from "./in-every-namespace.ts";

/** Every namespace has a service account `default`, which is its users' once it is there (kubernetes, pkg/controller/serviceaccount). */
export const serviceAccountController = inEveryNamespace({
  name: "serviceaccount-controller",
  resource: { group: "", version: "v1", resource: "serviceaccounts" },
  object: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } },
});
