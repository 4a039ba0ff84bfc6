import { once } from "node:events";
import { expect, it } from "vitest";
import { eventually } from "../../tools/eventually.ts";
import { type Session, withEachKubectl } from "./session.ts";

const labelled = (...names: string[]) =>
  names.map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {group: ${name.split("-")[0]}}}\n`).join("---\n");

/** A namespace of the test's own. */
async function namespaceFor(session: Session, purpose: string): Promise<string> {
  const name = `${session.namespace}-${purpose}`;
  await session.ok(`create namespace ${name}`);
  return name;
}

/** What people made in a namespace. */
const names = (session: Session, namespace: string, resource = "configmaps") =>
  session.ok(`get ${resource} -n ${namespace} -o name --field-selector metadata.name!=kube-root-ca.crt`);

await withEachKubectl((session) => {
  it("deletes by name, by label and all", async () => {
    const namespace = await namespaceFor(session, "ways");
    await session.ok(`create -n ${namespace} -f -`, { input: labelled("a-1", "a-2", "b-1", "b-2", "c-1") });
    expect(await session.ok(`delete configmap a-1 -n ${namespace}`)).toMatch(/^configmap "a-1" deleted( from \S+ namespace)?\n$/);
    expect(await session.ok(`delete configmaps -l group=b -n ${namespace} -o name`)).toBe("configmap/b-1\nconfigmap/b-2\n");
    expect(await names(session, namespace)).toBe("configmap/a-2\nconfigmap/c-1\n");
    expect(await session.ok(`delete configmaps --all -n ${namespace}`)).toMatch(
      /^configmap "a-2" deleted.*\nconfigmap "c-1" deleted.*\nconfigmap "kube-root-ca.crt" deleted.*\n$/,
    );
    expect(await names(session, namespace)).toBe("");
    expect(await session.fails(`delete configmap a-1 -n ${namespace}`)).toBe('Error from server (NotFound): configmaps "a-1" not found\n');
    expect(await session.ok(`delete configmap a-1 -n ${namespace} --ignore-not-found`)).toBe("");
  });

  it("waits for a finalizer, or does not", async () => {
    const namespace = await namespaceFor(session, "held");
    const finalizers = (list: string) => [
      "patch",
      "configmap",
      "held-1",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      `{"metadata":{"finalizers":${list}}}`,
    ];
    await session.ok(`create -n ${namespace} -f -`, { input: labelled("held-1") });
    await session.ok(finalizers('["example.com/hold"]'));
    expect(await session.ok(`delete configmap held-1 -n ${namespace} --wait=false`)).toMatch(/^configmap "held-1" deleted/);
    expect(await names(session, namespace)).toBe("configmap/held-1\n");

    const waiting = session.start(`delete configmap held-1 -n ${namespace} --wait --timeout=20s`);
    const ended = once(waiting, "close");
    let output = "";
    waiting.stdout?.setEncoding("utf8").on("data", (chunk) => (output += chunk));
    await eventually(() => expect(output).toContain('configmap "held-1" deleted'));
    expect(waiting.exitCode).toBeNull();
    await session.ok(finalizers("null"));
    expect(await ended).toEqual([0, null]);
    expect(await names(session, namespace)).toBe("");
  });

  it("deletes a dry run's object not, and objects of Datum with their finalizers", async () => {
    const namespace = await namespaceFor(session, "networks");
    const input = "apiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: {name: net}\nspec: {ipam: {mode: Auto}}\n";
    await session.ok(`create -n ${namespace} -f -`, { input });
    await session.ok(`wait network/net -n ${namespace} --for=condition=Ready --timeout=20s`);
    expect(await session.ok(`delete network net -n ${namespace} --dry-run=server`)).toMatch(/deleted.* \(server dry run\)\n$/);
    expect(await names(session, namespace, "networks")).toBe("network.networking.datumapis.com/net\n");
    expect(await session.ok(`delete network net -n ${namespace} --timeout=20s`)).toMatch(
      /^network\.networking\.datumapis\.com "net" deleted/,
    );
    expect(await names(session, namespace, "networks")).toBe("");
  });

  it("takes dependents along, before or after their owner, or makes them orphans", async () => {
    const namespace = await namespaceFor(session, "owners");
    const create = async (owner: string) => {
      await session.ok(`create configmap ${owner} -n ${namespace}`);
      const uid = await session.ok(`get configmap ${owner} -n ${namespace} -o jsonpath={.metadata.uid}`);
      const reference = `{apiVersion: v1, kind: ConfigMap, name: ${owner}, uid: ${uid}, blockOwnerDeletion: true}`;
      const input = `apiVersion: v1\nkind: Secret\nmetadata: {name: of-${owner}, ownerReferences: [${reference}]}\n`;
      await session.ok(`create -n ${namespace} -f -`, { input });
    };
    for (const owner of ["background", "foreground", "orphan"]) await create(owner);
    expect(await session.ok(`delete configmap foreground -n ${namespace} --cascade=foreground --timeout=20s`)).toMatch(/deleted/);
    expect(await names(session, namespace, "secrets")).toBe("secret/of-background\nsecret/of-orphan\n");
    await session.ok(`delete configmap background -n ${namespace}`);
    await session.ok(`delete configmap orphan -n ${namespace} --cascade=orphan --timeout=20s`);
    await eventually(async () => expect(await names(session, namespace, "secrets")).toBe("secret/of-orphan\n"));
    expect(await session.ok(`get secret of-orphan -n ${namespace} -o jsonpath={.metadata.ownerReferences}`)).toBe("");
  });

  it("deletes a namespace with everything in it", async () => {
    const namespace = await namespaceFor(session, "whole");
    await session.ok(`create -n ${namespace} -f -`, { input: labelled("in-1", "in-2") });
    await session.ok(`create -n ${namespace} -f -`, {
      input: "apiVersion: networking.datumapis.com/v1alpha\nkind: Network\nmetadata: {name: net}\nspec: {ipam: {mode: Auto}}\n",
    });
    expect(await session.ok(`delete namespace ${namespace} --timeout=25s`)).toBe(`namespace "${namespace}" deleted\n`);
    expect(await session.fails(`get namespace ${namespace}`)).toContain("NotFound");
    expect(await session.ok(`get configmaps,networks -A -o name --field-selector metadata.namespace=${namespace}`)).toBe("");
  });
});
