import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { setMember } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { boolean, bytes, go, map, object, optional, type Static, string } from "../../typed-schema.ts";
import { binarySize, validateImmutable, validateKeys, validateSize } from "./config-data.ts";
import { jsonObjectProblem } from "./json-object.ts";
import { tlsPairProblem } from "./tls-pair.ts";

const schema = object(
  "Data that is not for everybody's eyes, such as passwords, keys and tokens.",
  {
    immutable: optional(boolean("True to forbid changes of `data` for good; it cannot be taken back.", go({ pointer: true }))),
    data: optional(
      map(
        "The data by key, in base64. Keys consist of letters, digits, `-`, `_` and `.`.",
        bytes(undefined, go({ type: "[]uint8" })),
        go({ type: "map[string][]uint8" }),
      ),
    ),
    stringData: optional(
      map("Data as plain text, for writing only: it is put into `data`, over what stands there under the same key.", string()),
    ),
    type: optional(
      string(
        "What the data is for, `Opaque` if left out. Some types require certain keys. It cannot be changed.",
        go({ type: "v1.SecretType" }),
      ),
    ),
  },
  go({ struct: "Secret", definition: "io.k8s.api.core.v1.Secret" }),
);

export type Secret = KubeObject & Static<typeof schema>;

export const secret = defineKind({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    { name: "Type", description: "What the data is for.", cell: (object) => (object as Secret).type ?? "" },
    { name: "Data", description: "How many keys the object has.", cell: ({ data }) => Object.keys(data ?? {}).length },
    AGE,
  ],
  selectableFields: { type: (object) => (object as Secret).type ?? "" },
  strategy: {
    allowUnconditionalUpdate: true,
    setDefaults,
    validate,
    validateUpdate: (object, old) => [
      ...(object.type === old.type ? [] : [invalid("type", object.type, "field is immutable")]),
      ...validateImmutable(object, old, ["data"]),
      ...validate(object),
    ],
    warnings: (object) => {
      const { type, data = {} } = object as Secret;
      const problem = type === "kubernetes.io/tls" ? tlsPairProblem(decoded(data, "tls.crt"), decoded(data, "tls.key")) : undefined;
      return problem === undefined ? [] : [problem];
    },
  },
});

function setDefaults(object: KubeObject): void {
  const { stringData, data } = object as Secret;
  if (stringData !== undefined) {
    const merged = { ...data };
    for (const [key, text] of Object.entries(stringData)) setMember(merged, key, Buffer.from(text).toString("base64"));
    object.data = merged;
    delete object.stringData;
  }
  object.type ||= "Opaque";
}

const decoded = (data: Record<string, string>, key: string) => Buffer.from(data[key] ?? "", "base64");

/** The type of Secrets that hold a token, and the annotations that say whose. */
export const SERVICE_ACCOUNT_TOKEN = "kubernetes.io/service-account-token";
export const SERVICE_ACCOUNT_NAME = "kubernetes.io/service-account.name";
export const SERVICE_ACCOUNT_UID = "kubernetes.io/service-account.uid";

/** What the types of Secrets that Kubernetes knows require; other types require nothing. */
const TYPE_RULES: { readonly [type: string]: ((secret: Secret, data: Record<string, string>) => FieldError[]) | undefined } = {
  [SERVICE_ACCOUNT_TOKEN]: ({ metadata }) =>
    metadata.annotations?.[SERVICE_ACCOUNT_NAME] ? [] : [required(FieldPath.of("metadata", "annotations").key(SERVICE_ACCOUNT_NAME))],
  "kubernetes.io/dockercfg": (_, data) => requireJson(data, ".dockercfg"),
  "kubernetes.io/dockerconfigjson": (_, data) => requireJson(data, ".dockerconfigjson"),
  "kubernetes.io/basic-auth": (_, data) =>
    Object.hasOwn(data, "username") || Object.hasOwn(data, "password") ? [] : [requiredKey("username"), requiredKey("password")],
  "kubernetes.io/ssh-auth": (_, data) => (data["ssh-privatekey"] ? [] : [requiredKey("ssh-privatekey")]),
  "kubernetes.io/tls": (_, data) => ["tls.crt", "tls.key"].filter((key) => !Object.hasOwn(data, key)).map(requiredKey),
};

function validate(object: KubeObject): FieldError[] {
  const secret = object as Secret;
  const { data = {}, type = "" } = secret;
  const rule = Object.hasOwn(TYPE_RULES, type) ? TYPE_RULES[type] : undefined;
  return [...validateKeys("data", data), ...validateSize(binarySize(data), "data"), ...(rule?.(secret, data) ?? [])];
}

const requiredKey = (key: string) => required(FieldPath.of("data").key(key));

function requireJson(data: Record<string, string>, key: string): FieldError[] {
  if (!Object.hasOwn(data, key)) return [requiredKey(key)];
  const problem = jsonObjectProblem(decoded(data, key));
  return problem === undefined ? [] : [invalid(FieldPath.of("data").key(key), "<secret contents redacted>", problem)];
}
