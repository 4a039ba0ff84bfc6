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

/** What the server has. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
async function stored({ server, namespace }: Session, resource: string, name: string): Promise<any> {
  const group = resource === "networks" ? "apis/networking.datumapis.com/v1alpha" : "api/v1";
  return (await server.send("GET", `/${group}/namespaces/${namespace}/${resource}/${name}`)).body;
}

await withEachKubectl((session) => {
  describe("apply --server-side", () => {
    it("creates, changes, and tells who owns a field", async () => {
      const apply = (data: Record<string, string>, ...flags: string[]) =>
        session.run(["apply", "--server-side", "-f", "-", ...flags], { input: configMap("shared", data) });
      expect((await apply({ a: "1", b: "1" })).stdout).toBe("configmap/shared serverside-applied\n");
      const { managedFields } = (await stored(session, "configmaps", "shared")).metadata;
      expect(managedFields).toMatchObject([{ manager: "kubectl", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1" }]);
      expect(managedFields[0].fieldsV1["f:data"]).toEqual({ "f:a": {}, "f:b": {} });

      const conflict = await apply({ a: "2" }, "--field-manager=other");
      expect(conflict.code).toBe(1);
      expect(conflict.stderr).toMatch(/^error: Apply failed with 1 conflict: conflict with "kubectl": \.data\.a\n/);
      expect((await apply({ a: "2" }, "--field-manager=other", "--force-conflicts")).code).toBe(0);
      expect((await stored(session, "configmaps", "shared")).data).toEqual({ a: "2", b: "1" });

      expect((await apply({})).code).toBe(0);
      expect((await stored(session, "configmaps", "shared")).data).toEqual({ a: "2" });
      const [shown, hidden] = await Promise.all([
        session.ok("get configmap shared -o yaml --show-managed-fields"),
        session.ok("get configmap shared -o yaml"),
      ]);
      expect(
        parse(shown)
          .metadata.managedFields.map(({ manager }: { manager: string }) => manager)
          .sort(),
      ).toEqual(["kubectl", "other"]);
      expect(hidden).not.toContain("managedFields");
    });

    it("takes over what was applied by the client", async () => {
      await session.ok("apply -f -", { input: network("taken-over", "{ipam: {mode: Auto}, mtu: 1300}") });
      expect(await session.ok("apply --server-side -f -", { input: network("taken-over", "{ipam: {mode: Auto}, mtu: 1400}") })).toBe(
        "network.networking.datumapis.com/taken-over serverside-applied\n",
      );
      expect((await stored(session, "networks", "taken-over")).spec.mtu).toBe(1400);
      const diff = await session.run("diff --server-side -f -", { input: network("taken-over", "{ipam: {mode: Auto}, mtu: 1410}") });
      expect(diff.stdout).toMatch(/^- {2}mtu: 1400\n\+ {2}mtu: 1410$/m);
    });
  });
});
