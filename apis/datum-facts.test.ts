/**
 * The facts of Datum's kinds that clients rely on, apart from the files that define them: a change here is a change of the API.
 * (reference: Datum networking and compute, sections 1 and 2.)
 */
import { describe, expect, it } from "vitest";
import { instance } from "./compute/v1alpha/instance.ts";
import { workload } from "./compute/v1alpha/workload.ts";
import { workloadDeployment } from "./compute/v1alpha/workload-deployment.ts";
import type { KindDefinition } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { location } from "./networking/v1alpha/location.ts";
import { network } from "./networking/v1alpha/network.ts";
import { networkBinding } from "./networking/v1alpha/network-binding.ts";
import { networkContext } from "./networking/v1alpha/network-context.ts";
import { networkPolicy } from "./networking/v1alpha/network-policy.ts";
import { subnet } from "./networking/v1alpha/subnet.ts";
import { subnetClaim } from "./networking/v1alpha/subnet-claim.ts";
import type { Schema } from "./schema.ts";

/**
 * A schema in one line: `{…}` an object, `[…]` a list (`[name]` its keys), `<…>` a map; `!` required, then limits, choices and default.
 * Conditions are `Conditions`, quantities `Quantity`.
 */
function shape(schema: Schema): string {
  const { type, properties, required = [], items, additionalProperties } = schema;
  if (schema["x-kubernetes-int-or-string"]) return schema.pattern === undefined ? "IntOrString" : "Quantity";
  if (type === "array" && items?.properties?.lastTransitionTime !== undefined) {
    return `Conditions${schema["x-kubernetes-list-type"] === "map" ? "[type]" : ""}${limits(schema)}`;
  }
  if (type === "array") return `[${shape(items as Schema)}]${keysOf(schema)}${limits(schema)}`;
  if (typeof additionalProperties === "object") return `<${shape(additionalProperties)}>`;
  if (type === "object") {
    const members = Object.entries(properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const texts = members.map(([name, member]) => `${name}${required.includes(name) ? "!" : ""}: ${shape(member)}`);
    return `{${texts.join(", ")}}${schema["x-kubernetes-map-type"] === "atomic" ? " atomic" : ""}${limits(schema)}`;
  }
  return `${schema.format ?? type}${limits(schema)}`;
}

function keysOf(schema: Schema): string {
  const type = schema["x-kubernetes-list-type"];
  return type === "map" ? `[${schema["x-kubernetes-list-map-keys"]}]` : type === undefined ? "" : ` ${type}`;
}

function limits(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, default: value, pattern } = schema;
  const range = [minimum ?? minLength ?? minItems, maximum ?? maxLength ?? maxItems];
  const pending =
    (value as { conditions?: { type: string }[] } | undefined)?.conditions ?? (Array.isArray(value) && value[0]?.type ? value : undefined);
  return [
    range.some((end) => end !== undefined) ? ` ${range[0] ?? ""}..${range[1] ?? ""}` : "",
    schema.enum === undefined ? "" : ` ${schema.enum.join("|")}`,
    pattern === undefined ? "" : " ~",
    value === undefined ? "" : pending ? ` pending ${pending.map(({ type }: { type: string }) => type)}` : ` = ${JSON.stringify(value)}`,
  ].join("");
}

const partsOf = ({ schema }: KindDefinition) =>
  Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, member]) => [name, shape(member)]));

/** Rules in CEL by the field they stand on. */
function rulesOf(path: string, schema: Schema): string[] {
  return [
    ...(schema["x-kubernetes-validations"] ?? []).map(({ rule, message }) => `${path}: ${rule} -> ${message}`),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => rulesOf(path === "" ? name : `${path}.${name}`, member)),
    ...(schema.items === undefined ? [] : rulesOf(`${path}[]`, schema.items)),
  ];
}

const CLAIM = "{claimName: string, namespace: string, poolName: string, project: string}";
const METADATA = "{annotations: <string>, finalizers: [string], labels: <string>, name: string, namespace: string}";
const ATTACHMENT = "{mountPath: string, name!: string}";
const PORTS = "[{name!: string, port!: int32 1..65535, protocol: string}][name]";
const KEY = '{key!: string, name: string = "", optional: boolean} atomic';
const FILES = "[{key!: string, mode: int32, path!: string}] atomic";

const CONTAINER = [
  `{env: [{name!: string, value: string, valueFrom: {configMapKeyRef: ${KEY}, fieldRef: {apiVersion: string, fieldPath!: string} atomic, `,
  `resourceFieldRef: {containerName: string, divisor: Quantity, resource!: string} atomic, secretKeyRef: ${KEY}}}][name], `,
  `image!: string, name!: string, ports: ${PORTS}, resources: {limits: <Quantity>, requests: <Quantity>}, volumeAttachments: [${ATTACHMENT}]}`,
].join("");

const INTERFACE = [
  "{network!: {name!: string, namespace: string}, networkPolicy: {ingress: [{from: [{ipBlock: {cidr!: string, except: [string] atomic}}] atomic, ",
  "ports: [{endPort: int32, port: IntOrString, protocol: string}] atomic}]}}",
].join("");

const VOLUME = [
  `{configMap: {defaultMode: int32, items: ${FILES}, name: string = "", optional: boolean} atomic, `,
  `disk: {deviceName: string, template!: {metadata: ${METADATA}, spec!: {populator: {filesystem: {type!: string ext4}, image: {name!: string}}, `,
  'resources: {requests: <Quantity>}, type: string = "pd-standard"}}}, ',
  `name!: string, secret: {defaultMode: int32, items: ${FILES}, optional: boolean, secretName: string}}`,
].join("");

const INSTANCE = [
  "{controller: {schedulingGates: [{name!: string}][name], templateHash!: string}, location: {name!: string, namespace!: string}, ",
  `networkInterfaces!: [${INTERFACE}] 1.., runtime!: {resources!: {instanceType!: string, requests: <Quantity>}, `,
  `sandbox: {containers!: [${CONTAINER}][name] 1.., imagePullSecrets: [{name!: string}]}, `,
  `virtualMachine: {ports: ${PORTS}, volumeAttachments!: [${ATTACHMENT}] 1..}}, volumes: [${VOLUME}][name]}`,
].join("");

const TEMPLATE = `{metadata: ${METADATA}, spec!: ${INSTANCE}}`;

const SCALE = [
  '{instanceManagementPolicy!: string = "OrderedReady", maxReplicas: int32, ',
  "metrics: [{resource: {name!: string, target!: {averageUtilization: int32, averageValue: Quantity, value: Quantity}}}], minReplicas!: int32}",
].join("");

const GATEWAY = [
  '{addresses: [{type: string 1..253 ~ = "IPAddress", value!: string 1..253}] ..16, conditions: Conditions[type] ..8 pending Accepted,Programmed, ',
  "listeners: [{attachedRoutes!: int32, conditions!: Conditions[type] ..8, name!: string 1..253 ~, ",
  'supportedKinds!: [{group: string ..253 ~ = "gateway.networking.k8s.io", kind!: string 1..63 ~}] ..8}][name] ..64}',
].join("");

const HOSTNAME = "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

describe("the schema of", () => {
  it.each<[KindDefinition, Record<string, string>]>([
    [
      network,
      {
        spec: '{ipFamilies: [string IPv4|IPv6] = ["IPv6"], ipam!: {ipv4Range: string, ipv6Range: string, mode!: string Auto|Policy}, mtu: int32 1300..8856 = 1460}',
        status: `{conditions: Conditions, ipam: {ipv6Prefix: string, ipv6PrefixRef: ${CLAIM}}} pending Ready`,
      },
    ],
    [
      networkBinding,
      {
        spec: "{consumer: {apiGroup: string, kind!: string, name!: string}, location!: {name!: string}, network!: {name!: string, namespace: string}}",
        status: "{conditions: Conditions, networkContextRef: {name!: string, namespace!: string}} pending Ready",
      },
    ],
    [
      networkContext,
      {
        spec: "{ipFamilies: [string IPv4|IPv6] 1..2, location!: {name!: string}, mtu: int32 1300..8856, network!: {name!: string}, networkGeneration: int64}",
        status: `{conditions: Conditions, ipam: {ipv6ClaimRef: ${CLAIM}, ipv6SubnetRef: {name!: string}}} pending Ready`,
      },
    ],
    [networkPolicy, { spec: "{}", status: "{}" }],
    [
      subnet,
      {
        spec: "{ipFamily!: string IPv4|IPv6, location!: {name!: string}, networkContext!: {name!: string}, prefixLength!: int32, startAddress!: string, subnetClass!: string}",
        status: "{conditions: Conditions, prefixLength: int32, startAddress: string} pending Allocated,Programmed,Ready",
      },
    ],
    [
      subnetClaim,
      {
        spec: "{ipFamily!: string IPv4|IPv6, location!: {name!: string}, networkContext!: {name!: string}, prefixLength: int32, startAddress: string, subnetClass!: string}",
        status:
          "{conditions: Conditions, prefixLength: int32, startAddress: string, subnetRef: {name!: string}} pending Allocated,Programmed,Ready",
      },
    ],
    [
      location,
      {
        spec: "{coordinates: {latitude!: string ~, longitude!: string ~}, locationClassName!: string, provider!: {gcp: {projectId!: string, region!: string, zone!: string}}, topology!: <string>}",
        status: "{conditions: Conditions}",
      },
    ],
    [
      workload,
      {
        spec: `{placements!: [{cityCodes!: [string], name!: string, scaleSettings!: ${SCALE}}] 1.., template!: ${TEMPLATE}}`,
        status: `{conditions: Conditions, currentReplicas!: int32, deployments!: int32, desiredReplicas!: int32, gateway: ${GATEWAY}, placements: [{conditions: Conditions, currentReplicas!: int32, desiredReplicas!: int32, name!: string, readyReplicas!: int32, replicas!: int32}], readyReplicas!: int32, replicas!: int32}`,
      },
    ],
    [
      workloadDeployment,
      {
        spec: `{cityCode!: string, placementName!: string, scaleSettings!: ${SCALE}, template!: ${TEMPLATE}, workloadRef!: {name!: string, uid!: string}}`,
        status:
          "{conditions: Conditions, currentReplicas!: int32, desiredReplicas!: int32, location: {name!: string, namespace!: string}, readyReplicas!: int32, replicas!: int32}",
      },
    ],
    [
      instance,
      {
        spec: INSTANCE,
        status:
          "{conditions: Conditions, controller: {observedTemplateHash!: string}, networkInterfaces: [{assignments: {externalIP: string, networkIP: string}}]} pending Programmed,Running,Ready",
      },
    ],
  ])("$kind", (kind, parts) => {
    expect(partsOf(kind)).toEqual(parts);
  });
});

describe("Datum's kinds", () => {
  const custom = kinds.filter(({ flavor }) => flavor === "custom");

  it("require a spec where the reference says so", () => {
    expect(custom.filter(({ schema }) => schema.required !== undefined).map(({ kind, schema }) => [kind, schema.required])).toEqual(
      ["Network", "NetworkBinding", "Workload"].map((kind) => [kind, ["spec"]]),
    );
  });

  it("have no short names, categories or scale, a status, and one kind without namespaces", () => {
    for (const kind of custom)
      expect(kind).toMatchObject({ shortNames: [], categories: [], subresources: { status: {} }, selectableFields: {} });
    expect(custom.every(({ subresources }) => subresources.scale === undefined)).toBe(true);
    expect(custom.filter(({ scope }) => scope === "Cluster").map(({ plural }) => plural)).toEqual(["locations"]);
  });

  it("carry their rules", () => {
    const rules = Object.fromEntries(custom.map(({ kind, schema }) => [kind, rulesOf("", schema)]).filter(([, list]) => list?.length));
    expect(rules).toEqual({
      NetworkBinding: [
        "spec.network: self == oldSelf -> spec.network is immutable",
        "spec.location: self == oldSelf -> spec.location is immutable",
      ],
      Location: [
        "spec.coordinates.latitude: double(self) >= -90.0 && double(self) <= 90.0 -> latitude must be between -90 and 90",
        "spec.coordinates.longitude: double(self) >= -180.0 && double(self) <= 180.0 -> longitude must be between -180 and 180",
      ],
      Workload: [
        `status.gateway.addresses[]: self.type == 'Hostname' ? self.value.matches(r"""${HOSTNAME}"""): true -> Hostname value must only contain valid characters (matching ${HOSTNAME})`,
      ],
    });
  });

  it("check coordinates by these patterns", () => {
    const { latitude, longitude } = location.schema.properties?.spec?.properties?.coordinates?.properties ?? {};
    expect([latitude?.pattern, longitude?.pattern]).toEqual(["^-?\\d{1,2}(\\.\\d+)?$", "^-?\\d{1,3}(\\.\\d+)?$"]);
  });

  it("show these columns, those in brackets with -o wide", () => {
    const header = ({ name, priority }: KindDefinition["columns"][number]) => (priority > 0 ? `[${name}]` : name);
    expect(Object.fromEntries(custom.map(({ kind, columns }) => [kind, columns.slice(1).map(header).join(", ")]))).toEqual({
      Network: "IPv6Prefix, Ready, Reason, Age, [IPFamilies], [IPAM], [MTU]",
      NetworkBinding: "Age, Ready, Reason",
      NetworkContext: "Age, Ready, Reason, IPv6Subnet",
      NetworkPolicy: "Age",
      Subnet: "Age, Ready, Reason, Start Address, Prefix Length",
      SubnetClaim: "Age, Ready, Reason",
      Location: "Class, City, Age, Ready, Reason",
      Workload: "Age, Available, Reason, Deployments, Replicas, Ready, Desired, Up-to-date",
      WorkloadDeployment: "Age, Available, Reason, Replicas, Ready, Desired, Up-to-date, [Location Namespace], [Location Name]",
      Instance: "Age, Ready, Reason, Network IP, External IP, [Message]",
    });
  });
});
