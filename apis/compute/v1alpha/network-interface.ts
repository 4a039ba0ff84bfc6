import { int32, intOrString, list, object, optional, string } from "../../typed-schema.ts";

const ATOMIC_LIST = { "x-kubernetes-list-type": "atomic" } as const;

const port = object("One port or range of ports.", {
  protocol: optional(string("Protocol: `TCP` if left out.")),
  port: optional(intOrString("The port by number or by name, or the first of a range; any port if left out.")),
  endPort: optional(int32("The last port of the range.")),
});

const peer = object("Who may connect.", {
  ipBlock: optional(
    object("A range of addresses.", {
      cidr: string("The range in CIDR form, such as `10.0.0.0/8`."),
      except: optional(list("Ranges within it that may not connect.", string(), ATOMIC_LIST)),
    }),
  ),
});

const ingressRule = object("One rule: these peers may connect to these ports.", {
  from: optional(list("Who may connect; anyone if empty.", peer, ATOMIC_LIST)),
  ports: optional(list("Where they may connect to; any port if empty.", port, ATOMIC_LIST)),
});

/** An interface of an instance, and who may connect to it. */
export const networkInterface = object("One network interface.", {
  network: object("The network that the interface is attached to.", {
    namespace: optional(string("Namespace of the network; that of the instance if left out.")),
    name: string("Name of the Network."),
  }),
  networkPolicy: optional(
    object("Who may connect to the interface.", { ingress: optional(list("Rules for connections from outside.", ingressRule)) }),
  ),
});
