import { mkdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Session, withEachKubectl } from "./session.ts";

const configMap = (name: string, data: Record<string, string>) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${JSON.stringify(data)}\n`;

/** What the server has. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
async function stored({ server, namespace }: Session, name: string, resource = "configmaps"): Promise<any> {
  return (await server.send("GET", `/api/v1/namespaces/${namespace}/${resource}/${name}`)).body;
}

await withEachKubectl((session) => {
  describe("apply -k", () => {
    it("generates, patches and names objects, and prunes what is generated under another name", async () => {
      const folder = path.dirname(await session.file("any", ""));
      await mkdir(path.join(folder, "k"), { recursive: true });
      const kustomization = (greeting: string) => `
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namePrefix: kz-
labels: [{pairs: {made: by-kustomize}}]
resources: [base.yaml]
configMapGenerator: [{name: generated, literals: [greeting=${greeting}]}]
patches: [{patch: '[{"op": "add", "path": "/data/added", "value": "x"}]', target: {kind: ConfigMap, name: base}}]
`;
      await session.file("k/base.yaml", configMap("base", { a: "1" }));
      await session.file("k/kustomization.yaml", kustomization("hello"));
      const first = await session.ok("apply -k k");
      expect(first).toMatch(/^configmap\/kz-base created$/m);
      const generated = /configmap\/(kz-generated-\w+) created/.exec(first)?.[1] as string;
      expect((await stored(session, generated)).data).toEqual({ greeting: "hello" });
      expect(await stored(session, "kz-base")).toMatchObject({
        data: { a: "1", added: "x" },
        metadata: { labels: { made: "by-kustomize" } },
      });
      expect((await session.run("diff -k k")).code).toBe(0);

      await session.file("k/kustomization.yaml", kustomization("goodbye"));
      expect((await session.run("diff -k k")).code).toBe(1);
      const second = await session.ok("apply -k k --prune -l made=by-kustomize --prune-allowlist=core/v1/ConfigMap");
      expect(second).toContain(`configmap/${generated} pruned`);
      expect(await session.ok("delete -k k")).toContain('configmap "kz-base" deleted');
    });
  });

  describe("an apply set", () => {
    it.skipIf(session.minor < 27)("keeps to its members, and prunes those that are no longer among them", async () => {
      const env = { KUBECTL_APPLYSET: "true" };
      const apply = (...names: string[]) =>
        session.run(`apply -f - -n ${session.namespace} --prune --applyset=configmaps/set`, {
          input: names.map((name) => configMap(name, { a: "1" })).join("---\n"),
          env,
        });
      const created = await apply("set-one", "set-two");
      expect(created.stderr).toBe("");
      const told = Object.keys((await stored(session, "set")).metadata.annotations).join(" ");
      expect(told).toMatch(/applyset\.kubernetes\.io\/contains-group-(kinds|resources)/);
      const pruned = (await apply("set-one")).stdout;
      expect(pruned).toContain("configmap/set-two pruned");
      expect((await stored(session, "set-two")).code).toBe(404);
    });
  });

  describe("migration between ways to apply", () => {
    it("goes to the server and back without losing or keeping what it should not", async () => {
      const client = (data: Record<string, string>) => session.ok("apply -f -", { input: configMap("migrant", data) });
      const server = (data: Record<string, string>) => session.ok("apply --server-side -f -", { input: configMap("migrant", data) });
      await client({ a: "1", b: "1" });
      await server({ a: "1", b: "1" });
      const managers = ((await stored(session, "migrant")).metadata.managedFields as { manager: string; operation: string }[]).map(
        ({ manager, operation }) => `${manager} ${operation}`,
      );
      // older kubectls leave the ownership of the client's apply behind
      expect(managers).toContain("kubectl Apply");
      await server({ a: "2" });
      expect((await stored(session, "migrant")).data.a).toBe("2");
      await client({ a: "3", c: "1" });
      expect((await stored(session, "migrant")).data).toMatchObject({ a: "3", c: "1" });
      await client({ a: "3" });
      expect((await stored(session, "migrant")).data).not.toHaveProperty("c");
    });
  });

  describe("set", () => {
    it("says that there is nothing to set on kinds without containers", async () => {
      await session.ok("create configmap unset --from-literal=a=1");
      expect(await session.fails("set image configmap/unset x=y")).toMatch(/the object is not|unable|could not/i);
      expect(await session.fails("set env configmap/unset A=b")).toMatch(/the object is not|no objects|could not|unable/i);
      expect((await stored(session, "unset")).data).toEqual({ a: "1" });
    });
  });

  describe("a dry run by the server", () => {
    it("changes nothing, whatever the command", async () => {
      await session.ok("create configmap dry --from-literal=a=1");
      const before = (await stored(session, "dry")).metadata.resourceVersion;
      const commands: [string | string[], string?][] = [
        [["patch", "configmap", "dry", "--dry-run=server", "-p", '{"data":{"a":"2"}}']],
        ["label configmap dry l=1 --dry-run=server"],
        ["annotate configmap dry n=1 --dry-run=server"],
        ["apply -f - --server-side --dry-run=server --force-conflicts", configMap("dry", { a: "3" })],
        ["replace -f - --dry-run=server", configMap("dry", { a: "4" })],
        ["delete configmap dry --dry-run=server"],
        ["create configmap dry-new --dry-run=server"],
      ];
      for (const [command, input] of commands) {
        const told = await session.ok(command, input === undefined ? {} : { input });
        // kubectl says nothing of it after a patch
        if (!command.includes("patch")) expect(told, String(command)).toContain("(server dry run)");
      }
      expect((await stored(session, "dry")).metadata.resourceVersion).toBe(before);
      expect((await stored(session, "dry-new")).code).toBe(404);
    });
  });

  describe("validation by the server", () => {
    it("refuses, warns of or ignores fields that do not exist or stand twice", async () => {
      const twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: validated}\ndata: {a: '1'}\ncolor: red\n";
      const refused = await session.run("create -f - --validate=strict", { input: twice });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('strict decoding error: unknown field "color"');
      const warned = await session.run("create -f - --validate=warn", { input: twice });
      expect([warned.code, warned.stderr]).toEqual([0, expect.stringContaining('Warning: unknown field "color"')]);
      const ignored = await session.run("apply -f - --validate=ignore", { input: twice });
      expect(ignored.code).toBe(0);
      expect(ignored.stderr).not.toContain("unknown field");
    });
  });
});
