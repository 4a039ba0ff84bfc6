/** What an instance runs; shared by instances and by the templates that workloads make them from. */
import { keyedList, list, map, object, optional, quantity, string } from "../../typed-schema.ts";
import { container, namedPorts } from "./container.ts";
import { embeddedMetadata } from "./embedded-metadata.ts";
import { networkInterface } from "./network-interface.ts";
import { volume, volumeAttachment } from "./volume.ts";

const runtime = object("What runs: containers in a sandbox, or a virtual machine.", {
  resources: object("How large the instance is.", {
    instanceType: string("Type of the instance, such as `datumcloud/d1-standard-2`."),
    requests: optional(map("Amounts that differ from the type's, by resource.", quantity())),
  }),
  sandbox: optional(
    object("Containers that share a network and volumes.", {
      containers: keyedList("The containers.", ["name"], container, { minItems: 1 }),
      imagePullSecrets: optional(
        list("Secrets with the credentials of image registries.", object("One Secret.", { name: string("Name of the Secret.") })),
      ),
    }),
  ),
  virtualMachine: optional(
    object("A virtual machine.", {
      volumeAttachments: list("Disks and files of the machine; it boots from the first disk.", volumeAttachment, { minItems: 1 }),
      ports: namedPorts("Ports that the machine listens on."),
    }),
  ),
});

/** A place as compute objects name it. Locations have no namespaces any more: the member is kept and not used. */
export const locationReference = (description: string) =>
  object(description, { namespace: string("Not used; may be empty."), name: string("Name of the Location.") });

export const instanceSpec = object("What the instance is to run, and where.", {
  runtime,
  networkInterfaces: list("Network interfaces, the first one the primary.", networkInterface, { minItems: 1 }),
  volumes: optional(keyedList("Volumes to attach.", ["name"], volume)),
  location: optional(locationReference("The place that the instance runs in. Set by the server.")),
  controller: optional(
    object("What the instance's controller keeps here. Set by the server.", {
      templateHash: string("Hash of the template that the instance was made from."),
      schedulingGates: optional(
        keyedList("What must happen before the instance is started.", ["name"], object("One gate.", { name: string("Name of the gate.") })),
      ),
    }),
  ),
});

export const instanceTemplate = object("What each instance is made from.", {
  metadata: optional(embeddedMetadata("Labels and annotations that the instances carry.")),
  spec: instanceSpec,
});
