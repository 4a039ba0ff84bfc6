import { expect, it } from "vitest";
import { customResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import { certificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import { configMap } from "../../apis/core/v1/config-map.ts";
import { namespace } from "../../apis/core/v1/namespace.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Part } from "../strategy/update.ts";
import { resetFilter } from "./reset-fields.ts";
import { fields, printFields } from "./tables/notation.ts";
import { box } from "./testing/box.ts";

const ALL = ".spec .status .metadata.labels.a .spec.a .status.certificate .status.conditions .status.conditions[0]";

const MAY_OWN: readonly (readonly [kind: KindDefinition, part: Part, owned: string])[] = [
  [configMap, "", ALL],
  [box, "", ".spec .metadata.labels.a .spec.a"],
  [box, "status", ".status .status.certificate .status.conditions .status.conditions[0]"],
  [box, "scale", ALL],
  [namespace, "", ".spec .metadata.labels.a .spec.a"],
  [namespace, "status", ".status .metadata.labels.a .status.certificate .status.conditions .status.conditions[0]"],
  [namespace, "finalize", ".spec .metadata.labels.a .spec.a"],
  [certificateSigningRequest, "", ".metadata.labels.a"],
  [certificateSigningRequest, "status", ".status .metadata.labels.a .status.certificate"],
  [certificateSigningRequest, "approval", ".status .metadata.labels.a .status.conditions .status.conditions[0]"],
  [customResourceDefinition, "status", ".status .status.certificate .status.conditions .status.conditions[0]"],
];

it.each(MAY_OWN.map(([kind, part, owned]) => ({ kind, name: kind.kind, part, owned })))(
  "a write to $name, part '$part', may own $owned",
  ({ kind, part, owned }) => {
    expect(printFields(resetFilter(kind, part)(fields(ALL)))).toBe(owned);
  },
);
