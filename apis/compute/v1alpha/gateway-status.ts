/** `status.gateway` of a workload: a Gateway API status, kept for objects that carry one. */
import { condition, pendingConditions } from "../../meta/v1/condition.ts";
import { int32, keyedList, list, object, optional, string } from "../../typed-schema.ts";

const SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const HOSTNAME = "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

const address = object(
  "One address.",
  {
    type: optional(
      string("Kind of the address: `IPAddress`, `Hostname`, `NamedAddress` or one with a domain in front.", {
        default: "IPAddress",
        minLength: 1,
        maxLength: 253,
        pattern:
          "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
      }),
    ),
    value: string("The address.", { minLength: 1, maxLength: 253 }),
  },
  {
    "x-kubernetes-validations": [
      {
        rule: `self.type == 'Hostname' ? self.value.matches(r"""${HOSTNAME}"""): true`,
        message: `Hostname value must only contain valid characters (matching ${HOSTNAME})`,
      },
    ],
  },
);

const routeKind = object("One kind of route.", {
  group: optional(
    string("API group of the kind.", {
      default: "gateway.networking.k8s.io",
      maxLength: 253,
      pattern: `^$|${SUBDOMAIN}`,
    }),
  ),
  kind: string("The kind.", { minLength: 1, maxLength: 63, pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$" }),
});

const listener = object("One listener.", {
  name: string("Name of the listener.", { minLength: 1, maxLength: 253, pattern: SUBDOMAIN }),
  attachedRoutes: int32("How many routes are attached."),
  supportedKinds: list("Kinds of routes that the listener takes.", routeKind, { maxItems: 8 }),
  conditions: keyedList("What is true of the listener, one aspect each.", ["type"], condition, { maxItems: 8 }),
});

export const gatewayStatus = object("State of the gateway in front of the workload.", {
  addresses: optional(list("Addresses that the gateway answers at.", address, { maxItems: 16 })),
  conditions: optional(
    keyedList("What is true of the gateway, one aspect each.", ["type"], condition, {
      maxItems: 8,
      default: pendingConditions("Accepted", "Programmed"),
    }),
  ),
  listeners: optional(keyedList("State of each listener.", ["name"], listener, { maxItems: 64 })),
});
