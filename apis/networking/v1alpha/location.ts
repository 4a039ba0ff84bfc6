import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions } from "../../meta/v1/condition.ts";
import { map, object, optional, type Static, string } from "../../typed-schema.ts";
import { networkingV1alpha } from "./group.ts";

/** Topology keys that Datum's controllers know. */
export const CITY_CODE = "topology.datum.net/city-code";
export const REGION = "topology.datum.net/region";

/** Degrees as text, so that no digit is lost; the rule bounds what the pattern lets through. */
const degrees = (name: "latitude" | "longitude", description: string, digits: 2 | 3, limit: 90 | 180) =>
  string(description, {
    pattern: `^-?\\d{1,${digits}}(\\.\\d+)?$`,
    "x-kubernetes-validations": [
      {
        rule: `double(self) >= -${limit}.0 && double(self) <= ${limit}.0`,
        message: `${name} must be between -${limit} and ${limit}`,
      },
    ],
  });

const spec = object("Where the location is and who runs it.", {
  locationClassName: string("Who looks after the location: `datum-managed` or `self-managed`."),
  topology: map(`Where the location is, by key: \`${CITY_CODE}\` names its city, \`${REGION}\` its region.`, string()),
  coordinates: optional(
    object("Where the location is on the globe.", {
      latitude: degrees("latitude", "Degrees north of the equator, such as `32.8968`; south of it negative.", 2, 90),
      longitude: degrees("longitude", "Degrees east of Greenwich, such as `-97.0380`; west of it negative.", 3, 180),
    }),
  ),
  provider: object("Whose infrastructure the location stands on.", {
    gcp: optional(
      object("A zone of Google Cloud.", {
        projectId: string("Identifier of the Google Cloud project that resources are made in."),
        region: string("Region of Google Cloud, such as `us-south1`."),
        zone: string("Zone in the region, such as `us-south1-a`."),
      }),
    ),
  }),
});

const schema = object("A place where networks reach and workloads run.", {
  spec: optional(spec),
  status: optional(object("What is known of the location.", { conditions: conditions() })),
});

export type Location = KubeObject & Static<typeof schema>;

export const location = defineKind({
  ...networkingV1alpha,
  kind: "Location",
  plural: "locations",
  scope: "Cluster",
  schema,
  columns: [
    { name: "Class", jsonPath: ".spec.locationClassName" },
    { name: "City", jsonPath: ".spec.topology.topology\\.datum\\.net/city-code" },
    CUSTOM_AGE,
    { name: "Ready", jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: "Reason", jsonPath: ".status.conditions[?(@.type=='Ready')].reason" },
  ],
  subresources: { status: {} },
});
