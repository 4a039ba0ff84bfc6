import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/tools/eventually.ts";
import { isStream, type StreamBody } from "../request.ts";
import { type Served, serve } from "../testing/serve.ts";
import { alwaysAllow } from "./always.ts";
import type { Attributes, Decision } from "./authorizer.ts";

const RBAC_V1 = "/apis/rbac.authorization.k8s.io/v1";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const WATCHING = { verbs: ["watch"], apiGroups: [""], resources: ["configmaps"] };

let served: Served;
let decision: Decision | Error;
const opened: StreamBody[] = [];

beforeEach(async () => {
  decision = { verdict: "no-opinion" };
  const authorizer = () => {
    if (decision instanceof Error) throw decision;
    return decision;
  };
  served = await serve({ authorizers: [authorizer] });
  const roleRef = { kind: "ClusterRole", name: "watcher" };
  await served.ask("POST", `${RBAC_V1}/clusterroles`, { body: { metadata: { name: "watcher" }, rules: [WATCHING] } });
  const subjects = ["anna", "bob"].map((name) => ({ kind: "User", name }));
  await served.ask("POST", `${RBAC_V1}/clusterrolebindings`, { body: { metadata: { name: "watcher" }, subjects, roleRef } });
});
afterEach(async () => {
  for (const stream of opened.splice(0)) stream.close();
  expect(await served.close()).toEqual([]);
});

/** Opens a watch; tells whether it is at its end. */
async function watch(user: string): Promise<{ ended: boolean }> {
  const { status, body } = await served.open(`${CONFIG_MAPS}?watch=1`, user === "" ? {} : { "impersonate-user": user });
  if (status !== 200 || !isStream(body)) throw new Error(`${user}: ${status}`);
  const state = { ended: false };
  body.open({
    write: () => true,
    end: () => {
      state.ended = true;
    },
  });
  opened.push(body);
  return state;
}
const bindTo = (...users: string[]) =>
  served.ask("PATCH", `${RBAC_V1}/clusterrolebindings/watcher`, {
    headers: { "content-type": "application/merge-patch+json" },
    body: { subjects: users.map((name) => ({ kind: "User", apiGroup: "rbac.authorization.k8s.io", name })) },
  });

describe("a watch", () => {
  it("ends when the right to it is taken away, and others go on", async () => {
    const [anna, bob, admin] = [await watch("anna"), await watch("bob"), await watch("")];
    await bindTo("bob");
    await eventually(() => expect(anna.ended).toBe(true));
    expect([bob.ended, admin.ended]).toEqual([false, false]);
    await expect(watch("anna")).rejects.toThrow("403");
    await served.ask("DELETE", `${RBAC_V1}/clusterroles/watcher`);
    await eventually(() => expect(bob.ended).toBe(true));
    expect(admin.ended).toBe(false);
  });

  it("goes on where another authorizer allows it, or nobody can tell", async () => {
    const anna = await watch("anna");
    decision = { verdict: "allow" };
    await bindTo();
    await new Promise((resolve) => setTimeout(resolve, 100));
    decision = { verdict: "no-opinion", error: "the webhook is away" };
    await bindTo("carl");
    await new Promise((resolve) => setTimeout(resolve, 100));
    decision = new Error("defect");
    await bindTo("dora");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(anna.ended).toBe(false);
  });

  it("ends when the authorizers are others", async () => {
    const anna = await watch("anna");
    served.core.setAuthorizers([alwaysAllow]);
    const carl = await watch("carl");
    served.core.setAuthorizers([]);
    await eventually(() => expect([anna.ended, carl.ended]).toEqual([true, true]));
  });

  it("ends when a webhook has answered; those that no webhook is asked about do not wait for it", async () => {
    let answer = (_: Decision) => {};
    const slow = new Promise<Decision>((resolve) => {
      answer = resolve;
    });
    const hook = ({ user }: Attributes) => (user.name === "bob" ? slow : ({ verdict: "no-opinion" } as const));
    const [anna, bob] = [await watch("anna"), await watch("bob")];
    served.core.setAuthorizers([{ name: "hook", authorizer: hook }]);
    await eventually(() => expect(anna.ended).toBe(true));
    expect(bob.ended).toBe(false);
    answer({ verdict: "deny" });
    await eventually(() => expect(bob.ended).toBe(true));
  });

  it("is one of many that are looked at", async () => {
    const watches = await Promise.all(Array.from({ length: 500 }, () => watch("anna")));
    await bindTo("bob");
    await eventually(() => expect(watches.every(({ ended }) => ended)).toBe(true));
  });
});
