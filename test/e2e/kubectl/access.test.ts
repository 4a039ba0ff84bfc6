import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { perform } from "../../../cmd/tasks.ts";
import { eventually } from "../../tools/eventually.ts";
import { temporaryFolder } from "../../tools/server.ts";
import { rows, type Session, type Surroundings, withEachKubectl } from "./session.ts";

/** A kubeconfig for somebody, as `datum-apiserver kubeconfig` prints it; each session has users of its own. */
async function kubeconfigOf(session: Session, user: string, ...groups: string[]): Promise<Surroundings> {
  const order = { user, groups, lifetime: 3_600_000, server: undefined };
  const config = parse(await perform({ name: "kubeconfig", dataDir: session.server.dataDir, out: undefined, ...order }));
  config.contexts[0].context.namespace = session.namespace;
  return { env: { KUBECONFIG: await session.file(`${user}.config`, stringify(config), 0o600) } };
}

/** A kubeconfig that says where the server is, and not who one is. */
async function nobodys(session: Session): Promise<Surroundings> {
  const config = parse(
    await perform({
      name: "kubeconfig",
      dataDir: session.server.dataDir,
      out: undefined,
      user: "x",
      groups: [],
      lifetime: 3_600_000,
      server: undefined,
    }),
  );
  config.users = [];
  config.contexts[0].context = { cluster: "datum", user: "", namespace: session.namespace };
  return { env: { KUBECONFIG: await session.file("nobody.config", stringify(config), 0o600) } };
}

await withEachKubectl((session) => {
  describe("a user whose kubeconfig was made without a server", () => {
    const name = `anna-${session.namespace}`;
    const team = `cooks-${session.namespace}`;
    let anna: Surroundings;
    beforeAll(async () => {
      anna = await kubeconfigOf(session, name, team);
    });
    const canI = (question: string) => session.run(`auth can-i ${question}`, anna).then(({ stdout, code }) => [stdout.trim(), code]);

    // 1.27 asks in the beta version alone
    it.skipIf(session.minor < 28)("is who it says", async () => {
      const table = rows(await session.ok("auth whoami", anna));
      expect(table[0]).toEqual(["ATTRIBUTE", "VALUE"]);
      expect(table).toContainEqual(["Username", name]);
      expect(table).toContainEqual(["Groups", `[${team} system:authenticated]`]);
      const review = JSON.parse(await session.ok("auth whoami -o json", anna));
      expect(review.status.userInfo).toMatchObject({ username: name, groups: [team, "system:authenticated"] });
      const other = JSON.parse(await session.ok("auth whoami -o json --as=bob --as-uid=7 --as-group=a --as-group=b"));
      expect(other.status.userInfo).toMatchObject({ username: "bob", uid: "7", groups: ["a", "b", "system:authenticated"] });
      const abroad = JSON.parse(await session.ok("auth whoami -o json --as=jürgen --as-group=日向"));
      expect(abroad.status.userInfo).toMatchObject({ username: "jürgen", groups: ["日向", "system:authenticated"] });
    });

    it("may do nothing but look at what there is, until roles say more, which counts at once", async () => {
      expect(await session.fails("get configmaps", anna)).toBe(
        `Error from server (Forbidden): configmaps is forbidden: User "${name}" cannot list resource "configmaps" in API group "" in the namespace "${session.namespace}"\n`,
      );
      expect(await session.ok("api-resources --api-group=rbac.authorization.k8s.io", anna)).toContain("rolebindings");
      expect(await canI("list configmaps")).toEqual(["no", 1]);

      expect(await session.ok("create role reader --verb=get,list --resource=configmaps,networks.networking.datumapis.com")).toBe(
        "role.rbac.authorization.k8s.io/reader created\n",
      );
      expect(await session.ok(`create rolebinding reader --role=reader --group=${team}`)).toBe(
        "rolebinding.rbac.authorization.k8s.io/reader created\n",
      );
      expect(await session.ok("get configmaps -l none=such", anna)).toBe("");
      expect(await canI("list configmaps")).toEqual(["yes", 0]);
      expect(await canI("get configmaps/one")).toEqual(["yes", 0]);
      expect(await canI("delete configmaps")).toEqual(["no", 1]);
      expect(await canI("list configmaps -A")).toEqual(["no", 1]);
      expect(await canI("get /apis/metrics")).toEqual(["yes", 0]);
      expect(await canI("get /metrics")).toEqual(["no", 1]);

      await session.ok("delete rolebinding reader");
      expect(await canI("list configmaps")).toEqual(["no", 1]);
    });

    it("may be given rights over subresources, names and addresses", async () => {
      const role = `gardener-${session.namespace}`;
      await session.ok(`create clusterrole ${role} --verb=update --resource=networks.networking.datumapis.com/status`);
      await session.ok(`create clusterrole ${role}-2 --verb=get --resource=secrets --resource-name=one --resource-name=two`);
      await session.ok(`create clusterrole ${role}-3 --verb=get --non-resource-url=/metrics/*`);
      for (const suffix of ["", "-2", "-3"])
        await session.ok(`create clusterrolebinding ${role}${suffix} --clusterrole=${role}${suffix} --user=${name}`);
      expect(await canI("update networks.networking.datumapis.com --subresource=status")).toEqual(["yes", 0]);
      expect(await canI("update networks.networking.datumapis.com")).toEqual(["no", 1]);
      expect(await canI("get secrets/two")).toEqual(["yes", 0]);
      expect(await canI("get secrets/three")).toEqual(["no", 1]);
      expect(await canI("get secrets")).toEqual(["no", 1]);
      expect(await canI("get /metrics/slis")).toEqual(["yes", 0]);

      const list = rows(await session.ok("auth can-i --list", anna));
      expect(list[0]).toEqual(["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]);
      const lines = list.map((line) => line.join(" "));
      expect(lines).toContainEqual(expect.stringMatching(/^networks\.networking\.datumapis\.com\/status \[\] \[\] \[update\]/));
      for (const secret of ["one", "two"]) expect(lines).toContainEqual(expect.stringContaining(`secrets [] [${secret}] [get]`));
      expect(lines).toContainEqual(expect.stringMatching(/\[\/metrics\/\*\] \[\] \[get\]/));
      expect(lines).toContainEqual(expect.stringMatching(/^selfsubjectaccessreviews\.authorization\.k8s\.io \[\] \[\] \[create\]/));
    });

    it("cannot give what is not theirs, or be somebody else", async () => {
      await session.ok("create role role-maker --verb=create,get,update,patch --resource=roles,rolebindings");
      await session.ok(`create rolebinding role-maker --role=role-maker --user=${name}`);
      expect(await session.fails("create role thief --verb=get --resource=secrets", anna)).toMatch(
        /\(Forbidden\): roles\.rbac\.authorization\.k8s\.io "thief" is forbidden: user "[^"]+" \(groups=\["[^"]+" "system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["get"\]\}\n$/,
      );
      expect(await session.fails(`create rolebinding thief --clusterrole=cluster-admin --user=${name}`, anna)).toContain(
        "is attempting to grant RBAC permissions not currently held",
      );
      expect(await session.fails("get configmaps --as=bob", anna)).toMatch(
        /^Error from server \(Forbidden\): configmaps is forbidden: User "[^"]+" cannot impersonate-on:user-info:list resource "configmaps"/,
      );
      await session.ok(`create clusterrole as-bob-${session.namespace} --verb=impersonate --resource=users --resource-name=bob`);
      await session.ok(`create clusterrolebinding as-bob-${session.namespace} --clusterrole=as-bob-${session.namespace} --user=${name}`);
      expect(await session.fails("get configmaps --as=bob", anna)).toMatch(/User "bob" cannot list resource "configmaps"/);
      expect(await session.fails("get configmaps --as=bob --as-group=system:masters", anna)).toContain("system:masters");
    });
  });

  describe("roles and bindings", () => {
    it("are brought into the shape that a file says, and lose what is too much only when asked to", async () => {
      const file = (verbs: string) => ({
        input: `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reconciled, namespace: ${session.namespace}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: ${verbs}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reconciled, namespace: ${session.namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reconciled}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: carl}]
`,
      });
      const rules = async () => JSON.parse(await session.ok("get role reconciled -o json")).rules;
      expect(await session.ok("auth reconcile -f -", file("[get]"))).toMatch(/role\.rbac\.authorization\.k8s\.io\/reconciled reconciled/);
      await session.ok("auth reconcile -f -", file("[list]"));
      expect((await rules()).flatMap(({ verbs }: { verbs: string[] }) => verbs).sort()).toEqual(["get", "list"]);
      await session.ok("auth reconcile --remove-extra-permissions -f - --dry-run=client", file("[list]"));
      expect((await rules()).flatMap(({ verbs }: { verbs: string[] }) => verbs).sort()).toEqual(["get", "list"]);
      await session.ok("auth reconcile --remove-extra-permissions -f -", file("[list]"));
      expect(await rules()).toEqual([{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
      expect(await session.ok("auth can-i list configmaps --as=carl")).toBe("yes\n");
    });

    it("are shown and described", async () => {
      await session.ok("create role shown --verb=get --resource=configmaps");
      await session.ok(`create rolebinding shown --role=shown --user=a --user=b --group=g --serviceaccount=${session.namespace}:default`);
      expect(rows(await session.ok("get rolebinding shown -o wide"))).toEqual([
        ["NAME", "ROLE", "AGE", "USERS", "GROUPS", "SERVICEACCOUNTS"],
        ["shown", "Role/shown", expect.any(String), "a, b", "g", `${session.namespace}/default`],
      ]);
      expect(rows(await session.ok("get role shown"))[0]).toEqual(["NAME", "CREATED AT"]);
      expect(await session.ok("describe role shown")).toMatch(/configmaps +\[\] +\[\] +\[get\]/);
      expect(await session.ok("describe clusterrole system:discovery")).toContain("/openapi/*");
    });
  });

  it("a token that kubectl makes for a service account is good for what its roles allow", async () => {
    await session.ok("create serviceaccount robot");
    const token = (await session.ok("create token robot --duration=10m")).trim();
    const nobody = await nobodys(session);
    const asRobot = (command: string) => session.run(`--token=${token} ${command}`, nobody);
    expect((await asRobot("get configmaps")).stderr).toContain(
      `User "system:serviceaccount:${session.namespace}:robot" cannot list resource`,
    );
    await session.ok(`create rolebinding robot --clusterrole=view --serviceaccount=${session.namespace}:robot`);
    expect(await asRobot("get configmaps")).toMatchObject({ code: 0 });
    expect(await session.ok(`auth can-i get configmaps --as=system:serviceaccount:${session.namespace}:robot`)).toBe("yes\n");
    expect((await session.run("--token=x.y.z get configmaps", nobody)).stderr).toMatch(/logged in|Unauthorized/);
  });

  describe("requests for certificates", () => {
    let folder: string;
    beforeAll(async () => {
      folder = await temporaryFolder();
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const file = (name: string) => path.join(folder, name);
    const ask = async (name: string) => {
      const args = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", file("key"), "-subj", `/O=developers/CN=${name}`];
      const request = execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] }).toString("base64");
      const spec = { request, signerName: "kubernetes.io/kube-apiserver-client", usages: ["client auth"], expirationSeconds: 86_400 };
      const object = { apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest", metadata: { name }, spec };
      await session.ok("create -f -", { input: JSON.stringify(object) });
    };
    const shown = async (name: string) => rows(await session.ok(`get csr ${name}`));

    it("are approved, and the certificate is good; or denied", async () => {
      const approved = `good-${session.namespace}`;
      const denied = `bad-${session.namespace}`;
      await ask(denied);
      await ask(approved);
      const signer = "kubernetes.io/kube-apiserver-client";
      expect(await shown(approved)).toEqual([
        ["NAME", "AGE", "SIGNERNAME", "REQUESTOR", "REQUESTEDDURATION", "CONDITION"],
        [approved, expect.any(String), signer, "admin", "24h", "Pending"],
      ]);
      expect(await session.ok(`certificate deny ${denied}`)).toBe(`certificatesigningrequest.certificates.k8s.io/${denied} denied\n`);
      expect((await shown(denied))[1]?.at(-1)).toBe("Denied");
      expect(await session.ok(`certificate approve ${approved}`)).toBe(
        `certificatesigningrequest.certificates.k8s.io/${approved} approved\n`,
      );
      await eventually(async () => expect((await shown(approved))[1]?.at(-1)).toBe("Approved,Issued"));
      expect(await session.fails(`certificate deny ${approved}`)).not.toBe("");

      const certificate = Buffer.from(await session.ok(`get csr ${approved} -o jsonpath={.status.certificate}`), "base64").toString();
      const credentials = `--client-certificate=${await session.file("client.crt", certificate)} --client-key=${file("key")}`;
      const refused = await session.run(`${credentials} get secrets`, await nobodys(session));
      expect(refused.stderr).toContain(`User "${approved}" cannot list resource "secrets"`);
    });
  });
});
