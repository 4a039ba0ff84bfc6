import { once } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { eventually } from "../../tools/eventually.ts";
import { EMPTY_NAMESPACES } from "../../tools/server.ts";
import { rows, type Session, withEachKubectl } from "./session.ts";

const network = (name: string) => ({
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name, labels: { tier: "front" } },
  spec: { ipam: { mode: "Auto" } },
});

const configMap = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, labels },
  data: { name },
});

/** A namespace beside for objects that come and go. */
const changing = (namespace: string) => `${namespace}-changing`;

/** Three ConfigMaps, a Secret and a ready Network. */
async function prepare({ server, namespace }: Session): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  const networks = `/apis/networking.datumapis.com/v1alpha/namespaces/${namespace}/networks`;
  await Promise.all([
    server.send("POST", `${core}/configmaps`, configMap("a", { app: "web", tier: "front" })),
    server.send("POST", `${core}/configmaps`, configMap("b", { app: "web", tier: "back" })),
    server.send("POST", `${core}/configmaps`, configMap("c", { app: "db" })),
    server.send("POST", `${core}/secrets`, { metadata: { name: "login" }, type: "Opaque", stringData: { password: "hidden" } }),
    server.send("POST", networks, network("net")),
    server.send("POST", "/api/v1/namespaces", { metadata: { name: changing(namespace) } }),
  ]);
  await eventually(async () => {
    const { status } = (await server.send("GET", `${networks}/net`)).body;
    expect(status?.conditions).toMatchObject([{ type: "Ready", status: "True" }]);
  });
}

/** Feeds on a command that goes on until it is ended: what it printed once `enough` holds. */
async function followed(
  session: Session,
  command: string,
  meanwhile: () => Promise<unknown>,
  ...enough: readonly RegExp[]
): Promise<string> {
  const child = session.start(command);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  const ended = once(child, "close");
  try {
    await eventually(() => expect(output).toMatch(enough[0] as RegExp));
    await meanwhile();
    for (const pattern of enough) await eventually(() => expect(output).toMatch(pattern));
  } finally {
    child.kill();
    await ended;
  }
  return output;
}

await withEachKubectl(
  (session) => {
    beforeAll(() => prepare(session));

    describe("get", () => {
      it("prints tables with the columns of the kind", async () => {
        const [configMaps, networks, namespaces] = await Promise.all([
          session.ok("get configmaps"),
          session.ok("get networks"),
          session.ok("get namespace default"),
        ]);
        expect(rows(configMaps)).toEqual([
          ["NAME", "DATA", "AGE"],
          ...["a", "b", "c"].map((name) => [name, "1", expect.stringMatching(/^\d+[sm]/)]),
        ]);
        expect(networks).toMatch(/^NAME +IPV6PREFIX +READY +REASON +AGE\nnet +True +Ready +\d+s\n$/);
        expect(rows(namespaces)).toEqual([
          ["NAME", "STATUS", "AGE"],
          ["default", "Active", expect.any(String)],
        ]);
      });

      it("prints wide tables, labels as columns, several kinds and no head", async () => {
        const [wide, labels, mixed, bare] = await Promise.all([
          session.ok("get networks -o wide"),
          session.ok("get configmaps -L app -l tier"),
          session.ok("get configmap/a secret/login"),
          session.ok("get configmaps --no-headers --show-labels"),
        ]);
        expect(wide).toMatch(/^NAME +.*AGE.*\nnet +/);
        expect(rows(labels).map((cells) => cells.at(-1))).toEqual(["APP", "web", "web"]);
        expect(await session.ok("get flowschemas")).toMatch(
          /^NAME +PRIORITYLEVEL +MATCHINGPRECEDENCE +DISTINGUISHERMETHOD +AGE +MISSINGPL\nexempt +exempt +1 +<none> +\S+ +(False|\?)\nprobes +exempt +2 /,
        );
        expect(await session.ok("get prioritylevelconfigurations catch-all")).toMatch(
          /^NAME +TYPE +NOMINALCONCURRENCYSHARES +QUEUES +HANDSIZE +QUEUELENGTHLIMIT +AGE\ncatch-all +Limited +5 +<none> +<none> +<none> /,
        );
        expect(mixed).toMatch(/NAME +DATA +AGE\nconfigmap\/a +1 +\d+s\n\nNAME +TYPE +DATA +AGE\nsecret\/login +Opaque +1 +\d+s\n/);
        expect(rows(bare).map((cells) => cells.at(-1))).toEqual(["app=web,tier=front", "app=web,tier=back", "app=db"]);
      });

      it("prints YAML and JSON without managed fields, of one and of many", async () => {
        const [yaml, json, list] = await Promise.all([
          session.ok("get network net -o yaml"),
          session.ok("get configmap a -o json"),
          session.ok("get configmaps -o yaml"),
        ]);
        expect(parse(yaml)).toMatchObject({
          ...network("net"),
          spec: { ipFamilies: ["IPv6"], ipam: { mode: "Auto" }, mtu: 1460 },
          status: { conditions: [{ type: "Ready", status: "True", reason: "Ready" }] },
        });
        expect(JSON.parse(json)).toEqual({
          ...configMap("a", { app: "web", tier: "front" }),
          metadata: {
            name: "a",
            namespace: session.namespace,
            labels: { app: "web", tier: "front" },
            uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
            resourceVersion: expect.stringMatching(/^\d+$/),
            creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          },
        });
        expect(parse(list)).toMatchObject({
          apiVersion: "v1",
          kind: "List",
          items: [{ kind: "ConfigMap" }, {}, { metadata: { name: "c" } }],
        });
      });

      it("prints names, paths and columns of one's own", async () => {
        const [names, paths, columns, template] = await Promise.all([
          session.ok("get configmaps,networks -o name"),
          session.ok(["get", "configmaps", "-o", 'jsonpath={range .items[*]}{.metadata.name}={.data.name}{"\\n"}{end}']),
          session.ok("get configmaps -o custom-columns=N:.metadata.name,APP:.metadata.labels.app,TIER:.metadata.labels.tier"),
          session.ok(["get", "network", "net", "-o", "go-template={{.spec.mtu}} {{index .spec.ipFamilies 0}}"]),
        ]);
        expect(names).toBe("configmap/a\nconfigmap/b\nconfigmap/c\nnetwork.networking.datumapis.com/net\n");
        expect(paths).toBe("a=a\nb=b\nc=c\n");
        expect(rows(columns)).toEqual([
          ["N", "APP", "TIER"],
          ["a", "web", "front"],
          ["b", "web", "back"],
          ["c", "db", "<none>"],
        ]);
        expect(template).toBe("1460 IPv6");
      });

      it("selects by labels and fields", async () => {
        const names = (selection: string) => session.ok(["get", "configmaps", "-o", "name", ...selection.split(" ")]);
        expect(await Promise.all(["-l app=web", "-l app!=web", "-l app", "-l !tier", "-l tier=front,app=web"].map(names))).toEqual([
          "configmap/a\nconfigmap/b\n",
          "configmap/c\n",
          "configmap/a\nconfigmap/b\nconfigmap/c\n",
          "configmap/c\n",
          "configmap/a\n",
        ]);
        expect(await session.ok(["get", "configmaps", "-o", "name", "-l", "tier in (front, back)"])).toBe("configmap/a\nconfigmap/b\n");
        expect(await names("--field-selector metadata.name=b")).toBe("configmap/b\n");
        expect(await names("--field-selector metadata.name!=b")).toBe("configmap/a\nconfigmap/c\n");
        expect(await session.ok("get secrets -o name --field-selector type=Opaque")).toBe("secret/login\n");
        expect(await session.fails("get configmaps --field-selector data.name=b")).toContain(
          '"data.name" is not a known field selector: only "metadata.name", "metadata.namespace"',
        );
      });

      it("reads across namespaces, in pages", async () => {
        const [all, paged] = await Promise.all([session.ok("get configmaps -A"), session.ok("get configmaps --chunk-size=1 -o name")]);
        expect(rows(all)[0]).toEqual(["NAMESPACE", "NAME", "DATA", "AGE"]);
        expect(all).toMatch(new RegExp(`^${session.namespace} +a +1 +`, "m"));
        expect(paged).toBe("configmap/a\nconfigmap/b\nconfigmap/c\n");
        expect(rows(await session.ok("get configmaps -A --chunk-size=2 --no-headers")).length).toBeGreaterThanOrEqual(3);
      });

      it("sorts, skips what is not there, and says when nothing is", async () => {
        const sorted = await session.ok("get configmaps --sort-by=.metadata.labels.app -o name");
        expect(sorted).toMatch(/^configmap\/c\n/);
        expect(await session.ok("get configmap nothing --ignore-not-found")).toBe("");
        expect(await session.run("get leases")).toEqual({
          code: 0,
          stdout: "",
          stderr: `No resources found in ${session.namespace} namespace.\n`,
        });
      });

      it("follows changes as they come", async () => {
        const { server, namespace } = session;
        const configMaps = `/api/v1/namespaces/${changing(namespace)}/configmaps`;
        await server.send("POST", configMaps, configMap("w1", { watch: "yes" }));
        const output = await followed(
          session,
          `get configmaps -n ${changing(namespace)} -l watch=yes -w --output-watch-events`,
          async () => {
            await server.send("POST", configMaps, configMap("w2", { watch: "yes" }));
            await server.send("PATCH", `${configMaps}/w2`, '{"data":{"more":"1"}}', { "content-type": "application/merge-patch+json" });
            await server.send("DELETE", `${configMaps}/w2`);
            await server.send("DELETE", `${configMaps}/w1`);
          },
          /^ADDED +w1/m,
          /^DELETED +w1/m,
        );
        expect(rows(output).map((cells) => cells.slice(0, 3).join(" "))).toEqual([
          "EVENT NAME DATA",
          "ADDED w1 1",
          "ADDED w2 1",
          "MODIFIED w2 2",
          "DELETED w2 2",
          "DELETED w1 1",
        ]);
      });

      it("follows one object as documents", async () => {
        const { server, namespace } = session;
        const configMaps = `/api/v1/namespaces/${changing(namespace)}/configmaps`;
        await server.send("POST", configMaps, configMap("one", { one: "yes" }));
        await followed(
          session,
          `get configmap one -n ${changing(namespace)} -o json -w`,
          () => server.send("PATCH", `${configMaps}/one`, '{"data":{"now":"seen"}}', { "content-type": "application/merge-patch+json" }),
          /"name": "one"/,
          /"now": "seen"/,
        );
      });
    });

    describe("describe", () => {
      it("shows what kubectl knows itself and what it does not", async () => {
        const [configMapText, secret, networkText, namespace] = await Promise.all([
          session.ok("describe configmap a"),
          session.ok("describe secret login"),
          session.ok("describe network net"),
          session.ok(`describe namespace ${session.namespace}`),
        ]);
        expect(configMapText).toMatch(/^Name: +a\nNamespace: +kubectl-\S+\nLabels: +app=web\n +tier=front\n/);
        expect(configMapText).toMatch(/^Data\n====\nname:\n----\na\n/m);
        expect(secret).toMatch(/^Type: +Opaque\n\nData\n====\npassword: +6 bytes\n/m);
        expect(secret).not.toContain("hidden");
        expect(networkText).toMatch(/^API Version: +networking\.datumapis\.com\/v1alpha\nKind: +Network$/m);
        expect(networkText).toMatch(/^ {2}Mtu: +1460$/m);
        expect(networkText).toMatch(/^ +Reason: +Ready\n +Status: +True\n +Type: +Ready$/m);
        expect(namespace).toMatch(/^Status: +Active$/m);
      });

      it("shows the events of an object", async () => {
        const { server, namespace } = session;
        const about = JSON.parse(await session.ok("get configmap b -o json"));
        const { name, uid, resourceVersion } = about.metadata;
        const { status } = await server.send("POST", `/api/v1/namespaces/${namespace}/events`, {
          metadata: { generateName: "b." },
          involvedObject: { kind: "ConfigMap", apiVersion: "v1", namespace, name, uid, resourceVersion },
          type: "Warning",
          reason: "Tested",
          message: "somebody looked",
          source: { component: "judge" },
          firstTimestamp: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, ""),
          lastTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
          count: 3,
        });
        expect(status).toBe(201);
        const [described, events, listed] = await Promise.all([
          session.ok("describe configmap b"),
          session.ok("events --for configmap/b"),
          session.ok("get events --field-selector involvedObject.name=b,type=Warning"),
        ]);
        expect(described).toMatch(/^ +Warning +Tested +\S+ \(x3 over \S+\) +judge +somebody looked$/m);
        expect(events).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n.*Warning +Tested +ConfigMap\/b +somebody looked\n$/);
        expect(rows(listed).map((cells) => cells.slice(1))).toEqual([
          ["TYPE", "REASON", "OBJECT", "MESSAGE"],
          ["Warning", "Tested", "configmap/b", "somebody looked"],
        ]);
      });
    });

    describe("wait", () => {
      it("ends when a condition or a value is met", async () => {
        const [ready, phase] = await Promise.all([
          session.ok("wait network/net --for=condition=Ready --timeout=10s"),
          session.ok(["wait", `namespace/${session.namespace}`, "--for=jsonpath={.status.phase}=Active", "--timeout=10s"]),
        ]);
        expect(ready).toBe("network.networking.datumapis.com/net condition met\n");
        expect(phase).toBe(`namespace/${session.namespace} condition met\n`);
      });

      it("waits for what is still to come, and gives up in time", async () => {
        const { server, namespace } = session;
        const configMaps = `/api/v1/namespaces/${changing(namespace)}/configmaps`;
        await server.send("POST", configMaps, configMap("going", {}));
        const gone = session.ok(`wait configmap/going -n ${changing(namespace)} --for=delete --timeout=10s`);
        await server.send("DELETE", `${configMaps}/going`);
        expect(await gone).toMatch(/^(configmap\/going condition met\n)?$/);
        expect(await session.fails("wait network/net --for=condition=Never --timeout=1s")).toContain("timed out waiting for the condition");
      });
    });
  },
  { controllers: EMPTY_NAMESPACES },
);
