import type { JsonObject } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../../apis/define-kind.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import { anyObject, boolean, integer, intOrString, keyedList, list, map, object, optional, string } from "../../../apis/typed-schema.ts";
import { FieldManager } from "../field-manager.ts";
import { Versions } from "../versions.ts";

const port = object(undefined, {
  port: integer(),
  protocol: optional(string(undefined, { default: "TCP" })),
  name: optional(string()),
  tags: optional(list(undefined, string(), { "x-kubernetes-list-type": "set" })),
});

const spec = object(undefined, {
  text: optional(string()),
  size: optional(integer()),
  on: optional(boolean()),
  target: optional(intOrString()),
  limits: optional(map(undefined, string())),
  selector: optional(map(undefined, string(), { "x-kubernetes-map-type": "atomic" })),
  args: optional(list(undefined, string())),
  set: optional(list(undefined, string(), { "x-kubernetes-list-type": "set" })),
  ports: optional(keyedList(undefined, ["port", "protocol"], port)),
  nested: optional(object(undefined, { a: optional(string()), b: optional(string()) })),
  free: optional(anyObject("Anything.")),
});

/** A custom kind with one member of every sort that ownership tells apart, in two versions. */
const [box, laterBox] = ["v1", "v2"].map((version) =>
  defineKind({
    group: "test.example.com",
    version,
    kind: "Box",
    plural: "boxes",
    flavor: "custom",
    schema: object(undefined, { spec: optional(spec), status: optional(object(undefined, { phase: optional(string()) })) }),
    subresources: { status: {} },
  }),
) as [KindDefinition, KindDefinition];

export { box };

export const boxes = new FieldManager(box, new Versions(box, [box]));

/** The same kind while both of its versions are there. */
export const boxesIn = {
  v1: new FieldManager(box, new Versions(box, [box, laterBox])),
  v2: new FieldManager(laterBox, new Versions(laterBox, [box, laterBox])),
};

/** An object of the kind as a client sends it. */
export const boxOf = (spec: object, metadata: object = {}): JsonObject =>
  ({ apiVersion: "test.example.com/v1", kind: "Box", metadata: { name: "b", ...metadata }, spec }) as JsonObject;

/** The same as it lies in the store. */
export const liveBox = (spec: object, metadata: object = {}): KubeObject => boxOf(spec, { uid: "u", ...metadata }) as unknown as KubeObject;
