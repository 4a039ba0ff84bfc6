import type { KubeObject } from "../../apimachinery/object.ts";
import type { ConfigMap } from "../../apis/core/v1/config-map.ts";
import type { Controller } from "../runtime/controller.ts";
import { ownsField } from "../runtime/field-owner.ts";
import { inEveryNamespace } from "./in-every-namespace.ts";

const NAME = "root-ca-certificate-publisher-controller";
const DESCRIPTION = "kubernetes.io/description";

/** What every cluster says: programs compare it. */
const TEXT =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or " +
  "kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

/**
 * Every namespace has a ConfigMap `kube-root-ca.crt` with what programs in it are to trust the server by (kubernetes,
 * pkg/controller/certificates/rootcacertpublisher).
 *
 * Servers on one etcd may have different authorities. At its start each writes its own; from then on it lets stand what another server wrote,
 * so that they do not write against one another for ever.
 *
 * @param certificate PEM
 */
export const rootCertificateController = (certificate: string): Controller =>
  inEveryNamespace({
    name: NAME,
    resource: { group: "", version: "v1", resource: "configmaps" },
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-root-ca.crt", annotations: { [DESCRIPTION]: TEXT } },
      data: { "ca.crt": certificate },
    },
    content: {
      isRight(present, isEarly) {
        const { data = {}, metadata } = present as ConfigMap;
        if (!metadata.annotations?.[DESCRIPTION] || Object.keys(data).some((key) => key !== "ca.crt")) return false;
        return data["ca.crt"] === certificate || (!isEarly && ownsField(present, NAME, ["data", "ca.crt"]));
      },
      repaired: ({ metadata, ...rest }): KubeObject => ({
        ...rest,
        metadata: { ...metadata, annotations: { ...metadata.annotations, [DESCRIPTION]: TEXT } },
        data: { "ca.crt": certificate },
      }),
    },
  });
