import { expect, it } from "vitest";
import { parse } from "yaml";
import { apiVersionOf } from "../../../apimachinery/object.ts";
import { kinds } from "../../../apis/kinds.ts";
import { rows, withEachKubectl } from "./session.ts";

const served = kinds.map((kind) => ({
  name: kind.plural,
  apiVersion: apiVersionOf(kind),
  namespaced: String(kind.scope === "Namespaced"),
  kind: kind.kind,
}));

await withEachKubectl((session) => {
  it("tells both versions", async () => {
    const { clientVersion, serverVersion } = JSON.parse(await session.ok("version -o json"));
    expect(clientVersion.gitVersion).toMatch(`v${session.version}.`);
    expect(serverVersion).toMatchObject({ major: "1", minor: "37", gitVersion: expect.stringMatching(/^v1\.37\.\d+\+datum-/) });
    expect(await session.ok("version")).toMatch(/^Server Version: .*v1\.37\.\d+\+datum-/m);
  });

  it("lists every kind, with its version and scope", async () => {
    const [head, ...lines] = rows(await session.ok("api-resources"));
    expect(head).toEqual(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]);
    const told = lines.map((cells) => {
      const [apiVersion, namespaced, kind] = cells.slice(-3);
      return { name: cells[0], apiVersion, namespaced, kind };
    });
    expect(new Set(told)).toEqual(new Set(served));
    expect(lines).toContainEqual(["configmaps", "cm", "v1", "true", "ConfigMap"]);
  });

  it("lists the kinds of one group, of one scope, with their verbs", async () => {
    expect((await session.ok("api-resources --api-group=compute.datumapis.com -o name")).trim().split("\n").sort()).toEqual(
      ["instances", "workloaddeployments", "workloads"].map((plural) => `${plural}.compute.datumapis.com`),
    );
    const cluster = (await session.ok("api-resources --namespaced=false -o name")).trim().split("\n");
    const clusterKinds = kinds.filter(({ scope }) => scope === "Cluster");
    expect(cluster.sort()).toEqual(clusterKinds.map(({ group, plural }) => (group === "" ? plural : `${plural}.${group}`)).sort());
    expect(await session.ok("api-resources --verbs=deletecollection -o name")).toContain("networks.networking.datumapis.com\n");
    expect(await session.ok("api-resources -o wide --api-group=coordination.k8s.io")).toContain(
      "create,delete,deletecollection,get,list,patch,update,watch",
    );
  });

  it("lists every version", async () => {
    expect((await session.ok("api-versions")).trim().split("\n")).toEqual([...new Set(served.map(({ apiVersion }) => apiVersion))].sort());
  });

  it("explains a field and everything below it", async () => {
    const text = await session.ok("explain network.spec --recursive");
    expect(text).toMatch(/^GROUP: +networking\.datumapis\.com$/m);
    expect(text).toMatch(/^KIND: +Network\nVERSION: +v1alpha$/m);
    expect(text).toMatch(/^FIELD: spec <Object>$/m);
    expect(text).toMatch(/^ {2}ipFamilies\t<\[\]string>$/m);
    expect(text).toMatch(/^ {2}ipam\t<Object> -required-$/m);
    expect(text).toMatch(/^ {4}mode\t<string> -required-$/m);
    expect(text).toMatch(/^ {2}mtu\t<integer>$/m);
  });

  it("explains built-in and Datum's kinds and their metadata", async () => {
    const [configMap, metadata, workload] = await Promise.all([
      session.ok("explain configmap"),
      session.ok("explain configmap.metadata.labels"),
      session.ok("explain workloads.spec.placements.scaleSettings.metrics"),
    ]);
    expect(configMap).toMatch(/^ {2}binaryData\t<map\[string\]string>$/m);
    expect(configMap).toMatch(/^ {2}metadata\t<ObjectMeta>$/m);
    expect(metadata).toMatch(/^FIELD: labels <map\[string\]string>$/m);
    expect(workload).toMatch(/^FIELD: metrics <\[\]Object>$/m);
    expect(await session.fails("explain network.spec.nothing")).toContain('field "nothing" does not exist');
  });

  it("reads addresses as they are", async () => {
    const [ready, groups, list] = await Promise.all([
      session.ok("get --raw /readyz"),
      session.ok("get --raw /apis"),
      session.ok(`get --raw /api/v1/namespaces/${session.namespace}/secrets?limit=1`),
    ]);
    expect(ready).toBe("ok");
    expect(JSON.parse(groups)).toMatchObject({ kind: "APIGroupList" });
    expect(JSON.parse(list)).toMatchObject({ kind: "SecretList", apiVersion: "v1", items: [] });
    expect(await session.fails("get --raw /api/v1/nothing")).toContain("(NotFound): the server could not find the requested resource");
  });

  it("posts and deletes addresses as they are", async () => {
    const configMaps = `/api/v1/namespaces/${session.namespace}/configmaps`;
    const input = JSON.stringify({ metadata: { name: "raw" } });
    expect(JSON.parse(await session.ok(`create --raw ${configMaps} -f -`, { input }))).toMatchObject({ metadata: { name: "raw" } });
    expect(JSON.parse(await session.ok(`delete --raw ${configMaps}/raw`))).toMatchObject({ kind: "Status", status: "Success" });
  });

  it("shows the kubeconfig without its secrets", async () => {
    const config = parse(await session.ok("config view"));
    expect(config.clusters[0].cluster).toEqual({ "certificate-authority-data": "DATA+OMITTED", server: session.server.url });
    expect(config.users[0].user["client-key-data"]).toMatch(/OMITTED|REDACTED/);
    expect(config["current-context"]).toBe(config.contexts[0].name);
    expect(await session.ok(["config", "view", "--minify", "-o", "jsonpath={..namespace}"])).toBe(session.namespace);
  });

  it("says what a wrong name of a kind is", async () => {
    expect(await session.fails("get nothings")).toBe('error: the server doesn\'t have a resource type "nothings"\n');
    expect(await session.fails("get configmap nothing")).toBe('Error from server (NotFound): configmaps "nothing" not found\n');
    expect(await session.fails("get network nothing")).toBe(
      'Error from server (NotFound): networks.networking.datumapis.com "nothing" not found\n',
    );
  });
});
