import { type FieldError, invalid } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { boolean, bytes, go, map, object, optional, type Static, string } from "../../typed-schema.ts";
import { binarySize, textSize, validateImmutable, validateKeys, validateSize } from "./config-data.ts";

const schema = object(
  "Settings by key, for whoever needs them.",
  {
    data: optional(map("Texts by key. Keys consist of letters, digits, `-`, `_` and `.`.", string())),
    binaryData: optional(
      map(
        "Bytes by key, in base64. A key may not stand in `data` too.",
        bytes(undefined, go({ type: "[]uint8" })),
        go({ type: "map[string][]uint8" }),
      ),
    ),
    immutable: optional(
      boolean("True to forbid changes of `data` and `binaryData` for good; it cannot be taken back.", go({ pointer: true })),
    ),
  },
  go({ struct: "ConfigMap", definition: "io.k8s.api.core.v1.ConfigMap" }),
);

export type ConfigMap = KubeObject & Static<typeof schema>;

export const configMap = defineKind({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    {
      name: "Data",
      description: "How many keys the object has, of texts and of bytes.",
      cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
    AGE,
  ],
  strategy: {
    allowUnconditionalUpdate: true,
    validate,
    validateUpdate: (object, old) => [...validateImmutable(object, old, ["data", "binaryData"]), ...validate(object)],
  },
});

function validate(object: KubeObject): FieldError[] {
  const { data = {}, binaryData = {} } = object as ConfigMap;
  const twice = Object.keys(data)
    .filter((key) => Object.hasOwn(binaryData, key))
    .map((key) => invalid(FieldPath.of("data").key(key), key, "duplicate of key present in binaryData"));
  return [
    ...validateKeys("data", data),
    ...twice,
    ...validateKeys("binaryData", binaryData),
    ...validateSize(textSize(data) + binarySize(binaryData), "[]"),
  ];
}
