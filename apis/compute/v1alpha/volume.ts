/** Volumes of an instance: disks, and files from ConfigMaps and Secrets. */
import { boolean, int32, list, map, object, oneOf, optional, quantity, string } from "../../typed-schema.ts";
import { embeddedMetadata } from "./embedded-metadata.ts";

const ATOMIC_LIST = { "x-kubernetes-list-type": "atomic" } as const;

const keyToPath = object("One key, and the file that it becomes.", {
  key: string("The key to show."),
  path: string("Path of the file within the volume; it may not start with `..`."),
  mode: optional(int32("Permission bits of the file; those of the volume if left out.")),
});

const diskTemplate = object("The disk to make.", {
  metadata: optional(embeddedMetadata("Labels and annotations that the disk carries.")),
  spec: object("What the disk is to be.", {
    type: optional(string("Type of the disk.", { default: "pd-standard" })),
    resources: optional(
      object("How much the disk needs.", { requests: optional(map("Amounts by name; `storage` is the disk's size.", quantity())) }),
    ),
    populator: optional(
      object("What the disk holds when it is new.", {
        image: optional(object("A boot image.", { name: string("Name of the image.") })),
        filesystem: optional(object("An empty file system.", { type: oneOf("Type of the file system.", ["ext4"]) })),
      }),
    ),
  }),
});

export const volume = object("Something to attach to a container or virtual machine.", {
  name: string("Name of the volume; attachments refer to it."),
  disk: optional(
    object("A disk that lives as long as the instance.", {
      template: diskTemplate,
      deviceName: optional(string("Name of the device within a virtual machine.")),
    }),
  ),
  configMap: optional(
    object(
      "Files from the keys of a ConfigMap.",
      {
        name: optional(string("Name of the ConfigMap.", { default: "" })),
        items: optional(list("The keys to show and their files; without any, every key by its own name.", keyToPath, ATOMIC_LIST)),
        defaultMode: optional(int32("Permission bits of files that state none.")),
        optional: optional(boolean("True to start without the ConfigMap if it is missing.")),
      },
      { "x-kubernetes-map-type": "atomic" },
    ),
  ),
  secret: optional(
    object("Files from the keys of a Secret.", {
      secretName: optional(string("Name of the Secret.")),
      items: optional(list("The keys to show and their files; without any, every key by its own name.", keyToPath, ATOMIC_LIST)),
      defaultMode: optional(int32("Permission bits of files that state none.")),
      optional: optional(boolean("True to start without the Secret if it is missing.")),
    }),
  ),
});

export const volumeAttachment = object("One volume, attached.", {
  name: string("Name of the volume."),
  mountPath: optional(string("Where the volume's files appear.")),
});
