import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Session, withEachKubectl } from "./session.ts";

const configMap = (name: string, data: Record<string, string>) => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: {made: by-hand}
data: ${JSON.stringify(data)}
`;

const network = (name: string, spec = "{ipam: {mode: Auto}}") => `
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: ${name}}
spec: ${spec}
`;

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What the server has. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
async function stored({ server, namespace }: Session, resource: string, name: string): Promise<any> {
  const group = resource === "networks" ? "apis/networking.datumapis.com/v1alpha" : "api/v1";
  return (await server.send("GET", `/${group}/namespaces/${namespace}/${resource}/${name}`)).body;
}

/** An editor that runs this sed script on the file. */
async function editor(session: Session, name: string, script: string): Promise<Record<string, string>> {
  const file = await session.file(`editor-${name}`, `#!/bin/sh\nexec sed -i '${script}' "$1"\n`);
  chmodSync(file, 0o755);
  return { EDITOR: file };
}

await withEachKubectl((session) => {
  describe("create", () => {
    it("makes namespaces, secrets, service accounts and config maps", async () => {
      const { namespace } = session;
      const [made, ...answers] = await Promise.all([
        session.ok(`create namespace ${namespace}-second`),
        session.ok("create secret generic login --from-literal=user=me --from-literal=password=hidden"),
        session.ok("create secret docker-registry images --docker-server=images.example.com --docker-username=me --docker-password=hidden"),
        session.ok("create serviceaccount robot"),
        session.ok("create configmap plain --from-literal=a=1"),
      ]);
      expect(made).toBe(`namespace/${namespace}-second created\n`);
      expect(answers).toEqual([
        "secret/login created\n",
        "secret/images created\n",
        "serviceaccount/robot created\n",
        "configmap/plain created\n",
      ]);
      expect(await stored(session, "secrets", "login")).toMatchObject({
        type: "Opaque",
        data: { user: "bWU=", password: Buffer.from("hidden").toString("base64") },
      });
      expect((await stored(session, "secrets", "images")).type).toBe("kubernetes.io/dockerconfigjson");
      expect(await stored(session, "serviceaccounts", "robot")).toMatchObject({ metadata: { name: "robot" } });
      expect(await session.fails(`create namespace ${namespace}-second`)).toBe(
        `Error from server (AlreadyExists): namespaces "${namespace}-second" already exists\n`,
      );
      expect(await session.fails("create serviceaccount No_Good")).toContain("metadata.name: Invalid value");
      expect(await session.fails("create configmap plain -n nowhere")).toBe(
        'error: failed to create configmap: namespaces "nowhere" not found\n',
      );
    });

    it("writes nothing on a dry run", async () => {
      const [text, yaml] = await Promise.all([
        session.ok("create configmap dry --dry-run=server"),
        session.ok("create configmap dry --from-literal=a=1 --dry-run=client -o yaml"),
      ]);
      expect(text).toBe("configmap/dry created (server dry run)\n");
      expect(parse(yaml)).toMatchObject({ kind: "ConfigMap", data: { a: "1" } });
      expect(await stored(session, "configmaps", "dry")).toMatchObject({ code: 404, reason: "NotFound" });
    });

    it("refuses members that do not exist", async () => {
      const input = network("bad", "{ipam: {mode: Auto}, color: red}");
      expect(await session.fails("create -f -", { input })).toMatch(/strict decoding error: unknown field "spec\.color"/);
      const { stderr, stdout } = await session.run("create -f - --validate=warn", { input });
      expect(stderr).toBe('Warning: unknown field "spec.color"\n');
      expect(stdout).toBe("network.networking.datumapis.com/bad created\n");
      expect(await session.fails("create -f -", { input: network("worse", "{ipam: {mode: Sometimes}, mtu: 1}") })).toMatch(
        /^The Network "worse" is invalid: ?\n?.*spec\.ipam\.mode: Unsupported value: "Sometimes": supported values: "Auto", "Policy"/s,
      );
    });
  });

  describe("apply", () => {
    it.each([
      { resource: "configmaps", shown: "configmap", manifest: (value: string) => configMap("applied", { a: "1", b: value }) },
      {
        resource: "networks",
        shown: "network.networking.datumapis.com",
        manifest: (value: string) => network("applied", `{ipam: {mode: Auto}, mtu: 130${value}}`),
      },
    ])("creates, changes and leaves $resource", async ({ resource, shown, manifest }) => {
      const apply = (text: string) => session.ok("apply -f -", { input: text });
      expect(await apply(manifest("1"))).toBe(`${shown}/applied created\n`);
      const { metadata } = await stored(session, resource, "applied");
      expect(JSON.parse(metadata.annotations[LAST_APPLIED])).toMatchObject({ metadata: { name: "applied" } });
      expect(await apply(manifest("1"))).toBe(`${shown}/applied unchanged\n`);
      expect(await apply(manifest("2"))).toBe(`${shown}/applied configured\n`);
      const changed = await stored(session, resource, "applied");
      expect(changed.data?.b ?? changed.spec.mtu).toBe(resource === "configmaps" ? "2" : 1302);
      expect(await apply(manifest("2"))).toBe(`${shown}/applied unchanged\n`);
    });

    it("takes away what is no longer in the manifest, and leaves what others added", async () => {
      await session.ok("apply -f -", { input: configMap("three-way", { a: "1", b: "2" }) });
      await session.ok(["patch", "configmap", "three-way", "-p", '{"data":{"other":"kept"}}']);
      expect(await session.ok("apply -f -", { input: configMap("three-way", { a: "3" }) })).toBe("configmap/three-way configured\n");
      expect((await stored(session, "configmaps", "three-way")).data).toEqual({ a: "3", other: "kept" });
    });

    it("applies several documents, prunes by label, and deletes by manifest", async () => {
      const both = `${configMap("many-1", { a: "1" })}---${configMap("many-2", { a: "1" })}`.replaceAll("by-hand", "in-bulk");
      expect(await session.ok("apply -f -", { input: both })).toBe("configmap/many-1 created\nconfigmap/many-2 created\n");
      const one = configMap("many-1", { a: "1" }).replaceAll("by-hand", "in-bulk");
      const prune = "apply -f - -l made=in-bulk --prune --prune-allowlist=core/v1/ConfigMap";
      expect(await session.ok(prune, { input: one })).toMatch(/^configmap\/many-1 unchanged\nconfigmap\/many-2 pruned\n$/);
      expect(await session.ok("delete -f -", { input: one })).toMatch(/^configmap "many-1" deleted( from \S+ namespace)?\n$/);
    });

    it("shows what it would change before it does", async () => {
      await session.ok("apply -f -", { input: network("compared") });
      expect(await session.ok("diff -f -", { input: network("compared") })).toBe("");
      const { code, stdout } = await session.run("diff -f -", { input: network("compared", "{ipam: {mode: Auto}, mtu: 1500}") });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^- {2}mtu: 1460\n\+ {2}mtu: 1500$/m);
      expect((await stored(session, "networks", "compared")).spec.mtu).toBe(1460);
      const absent = await session.run("diff -f -", { input: configMap("absent", { a: "1" }) });
      expect(absent.code).toBe(1);
      expect(absent.stdout).toMatch(/^\+kind: ConfigMap$/m);
    });

    it("edits, views and sets the last applied configuration", async () => {
      await session.ok("apply -f -", { input: configMap("last", { a: "1" }) });
      expect(parse(await session.ok("apply view-last-applied configmap/last"))).toMatchObject({ data: { a: "1" } });
      expect(await session.ok("apply set-last-applied -f -", { input: configMap("last", { b: "1" }) })).toBe("configmap/last configured\n");
      expect(parse(await session.ok("apply view-last-applied configmap/last"))).toMatchObject({ data: { b: "1" } });
    });
  });

  describe("label and annotate", () => {
    it("add, refuse to overwrite, overwrite and remove", async () => {
      await session.ok("create configmap marked");
      expect(await session.ok("label configmap marked a=1 b=2")).toBe("configmap/marked labeled\n");
      expect(await session.fails("label configmap marked a=2")).toContain("already has a value (1), and --overwrite is false");
      expect(await session.ok("label configmap marked a=2 b- --overwrite")).toBe("configmap/marked labeled\n");
      expect(await session.ok("annotate configmap marked note=hello")).toMatch(/^configmap\/marked annotated?\n$/);
      expect((await stored(session, "configmaps", "marked")).metadata).toMatchObject({
        labels: { a: "2" },
        annotations: { note: "hello" },
      });
      expect(await session.ok("annotate configmap marked note-")).toMatch(/^configmap\/marked annotated?\n$/);
      expect((await stored(session, "configmaps", "marked")).metadata.annotations).toBeUndefined();
      expect(await session.ok("label configmap marked --list")).toBe("a=2\n");
      expect(await session.fails("label configmap marked bad=a_b_")).toMatch(/a valid label must be|invalid label value/);
    });

    it("work on Datum's kinds and on many objects", async () => {
      await Promise.all(
        ["l1", "l2"].map((name) => session.ok("create -f -", { input: network(name).replace("}", ", labels: {set: two}}") })),
      );
      expect(await session.ok("label networks -l set=two done=yes")).toBe(
        "network.networking.datumapis.com/l1 labeled\nnetwork.networking.datumapis.com/l2 labeled\n",
      );
      expect(await session.ok("get networks -l done=yes -o name")).toMatch(/l1\n.*l2\n$/);
    });
  });

  describe("patch", () => {
    it("merges strategically, merges, and follows JSON patches", async () => {
      await session.ok("create configmap patched --from-literal=a=1");
      const patch = (type: string, text: string) => session.ok(["patch", "configmap", "patched", `--type=${type}`, "-p", text]);
      expect(await patch("strategic", '{"data":{"b":"2"},"metadata":{"finalizers":["example.com/a"]}}')).toBe(
        "configmap/patched patched\n",
      );
      await patch("strategic", '{"metadata":{"finalizers":["example.com/b"]}}');
      expect((await stored(session, "configmaps", "patched")).metadata.finalizers).toEqual(["example.com/b", "example.com/a"]);
      await patch("merge", '{"data":{"a":null,"c":"3"},"metadata":{"finalizers":null}}');
      await patch("json", '[{"op":"test","path":"/data/b","value":"2"},{"op":"replace","path":"/data/b","value":"4"}]');
      const { data, metadata } = await stored(session, "configmaps", "patched");
      expect(data).toEqual({ b: "4", c: "3" });
      expect(metadata.finalizers).toBeUndefined();
      expect(await patch("merge", '{"data":{"b":"4"}}')).toBe("configmap/patched patched (no change)\n");
      expect(
        await session.fails(["patch", "configmap", "patched", "--type=json", "-p", '[{"op":"test","path":"/data/b","value":"no"}]']),
      ).toMatch(/testing (value|path) \/?"?data\/?b"?|the server rejected our request/i);
    });

    it("refuses strategic merges of Datum's kinds, and invalid results", async () => {
      await session.ok("create -f -", { input: network("patched") });
      const patch = (type: string, text: string) => ["patch", "network", "patched", `--type=${type}`, "-p", text];
      expect(await session.fails(patch("strategic", '{"spec":{"mtu":1400}}'))).toContain(
        "application/strategic-merge-patch+json is not supported by networking.datumapis.com/v1alpha, Kind=Network",
      );
      expect(await session.ok(patch("merge", '{"spec":{"mtu":1400}}'))).toBe("network.networking.datumapis.com/patched patched\n");
      expect(await session.fails(patch("merge", '{"spec":{"mtu":1}}'))).toContain("spec.mtu in body should be greater than or equal to");
      expect(await session.ok([...patch("merge", '{"status":{"conditions":[]}}'), "--subresource=status"])).toContain("patched");
    });
  });

  describe("edit", () => {
    it("sends what the editor changed", async () => {
      await Promise.all([
        session.ok("create configmap edited --from-literal=a=before"),
        session.ok("create -f -", { input: network("edited") }),
      ]);
      expect(await session.ok("edit configmap edited", { env: await editor(session, "change", "s/before/after/") })).toBe(
        "configmap/edited edited\n",
      );
      expect((await stored(session, "configmaps", "edited")).data).toEqual({ a: "after" });
      expect(await session.ok("edit network edited", { env: await editor(session, "mtu", "s/mtu: 1460/mtu: 1380/") })).toBe(
        "network.networking.datumapis.com/edited edited\n",
      );
      expect((await stored(session, "networks", "edited")).spec.mtu).toBe(1380);
      const unchanged = await session.run("edit configmap edited", { env: await editor(session, "nothing", "s/nothing/at-all/") });
      expect(unchanged.stdout + unchanged.stderr).toBe("Edit cancelled, no changes made.\n");
    });

    it("shows what is wrong with a change", async () => {
      await session.ok("create configmap misedited --from-literal=a=1");
      const env = await editor(session, "wrong", "s/name: misedited/name: misedited\\n  labels: {a: b_}/");
      const { code, stderr } = await session.run("edit configmap misedited", { env });
      expect(code).toBe(1);
      expect(stderr).toContain('configmaps "misedited" is invalid');
      expect((await stored(session, "configmaps", "misedited")).metadata.labels).toBeUndefined();
    });
  });

  describe("replace", () => {
    it("puts a whole object in place of another", async () => {
      await session.ok("create -f -", { input: configMap("replaced", { a: "1" }) });
      expect(await session.ok("replace -f -", { input: configMap("replaced", { b: "2" }) })).toBe("configmap/replaced replaced\n");
      const first = await stored(session, "configmaps", "replaced");
      expect(first.data).toEqual({ b: "2" });
      const forced = await session.ok("replace --force -f -", { input: configMap("replaced", { c: "3" }) });
      expect(forced).toMatch(/^configmap "replaced" deleted( from \S+ namespace)?\nconfigmap\/replaced replaced\n$/);
      const second = await stored(session, "configmaps", "replaced");
      expect(second.data).toEqual({ c: "3" });
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
      expect(await session.fails("replace -f -", { input: configMap("never", {}) })).toBe(
        'Error from server (NotFound): error when replacing "STDIN": configmaps "never" not found\n',
      );
    });

    it("tells of a change that came between", async () => {
      await session.ok("create configmap raced --from-literal=a=1");
      const before = await session.ok("get configmap raced -o yaml");
      await session.ok(["patch", "configmap", "raced", "-p", '{"data":{"a":"2"}}']);
      expect(await session.fails("replace -f -", { input: before })).toContain(
        '(Conflict): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "raced": the object has been modified',
      );
    });
  });
});
