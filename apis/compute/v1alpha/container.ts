/** Containers of a sandbox, and the ports that containers and virtual machines share. */
import { boolean, int32, keyedList, list, map, object, optional, quantity, string } from "../../typed-schema.ts";
import { volumeAttachment } from "./volume.ts";

const ATOMIC_MAP = { "x-kubernetes-map-type": "atomic" } as const;

const namedPort = object("One port.", {
  name: string("Name of the port, unique in the list."),
  port: int32("Number of the port.", { minimum: 1, maximum: 65535 }),
  protocol: optional(string("Protocol of the port: `TCP` if left out.")),
});

export const namedPorts = (description: string) => optional(keyedList(description, ["name"], namedPort));

const keySelector = (kind: "ConfigMap" | "Secret") =>
  object(
    `The value of a key of a ${kind}.`,
    {
      name: optional(string(`Name of the ${kind}.`, { default: "" })),
      key: string("The key."),
      optional: optional(boolean("True to leave the variable unset if the key is missing.")),
    },
    ATOMIC_MAP,
  );

const environmentVariable = object("One variable.", {
  name: string("Name of the variable."),
  value: optional(string("Its value.")),
  valueFrom: optional(
    object("Where its value comes from; not together with `value`.", {
      configMapKeyRef: optional(keySelector("ConfigMap")),
      secretKeyRef: optional(keySelector("Secret")),
      fieldRef: optional(
        object(
          "A field of the instance.",
          {
            apiVersion: optional(string("Version of the schema that the path speaks of.")),
            fieldPath: string("Path of the field, such as `metadata.name`."),
          },
          ATOMIC_MAP,
        ),
      ),
      resourceFieldRef: optional(
        object(
          "A resource that a container may use.",
          {
            containerName: optional(string("Name of the container.")),
            resource: string("The resource, such as `limits.cpu`."),
            divisor: optional(quantity("What one unit of the value stands for.")),
          },
          ATOMIC_MAP,
        ),
      ),
    }),
  ),
});

export const container = object("One container.", {
  name: string("Name of the container, unique in the sandbox."),
  image: string("Image of the container, such as `registry.example.com/web:1.2`."),
  env: optional(keyedList("Environment variables.", ["name"], environmentVariable)),
  resources: optional(
    object("What the container needs and may use.", {
      requests: optional(map("Amounts that it is given at least, by resource.", quantity())),
      limits: optional(map("Amounts that it may use at most, by resource.", quantity())),
    }),
  ),
  volumeAttachments: optional(list("Volumes that the container sees.", volumeAttachment)),
  ports: namedPorts("Ports that the container listens on."),
});
