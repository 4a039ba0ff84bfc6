import { describe, expect, it } from "vitest";
import { eventually } from "../../tools/eventually.ts";
import { type Session, withEachKubectl } from "./session.ts";

/** Each session defines a kind of its own: definitions have no namespace. */
const groupOf = ({ namespace }: Session) => `${namespace}.example.com`;

const definition = (session: Session, more = "") => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.${groupOf(session)}}
spec:
  group: ${groupOf(session)}
  scope: Namespaced
  names: {plural: ships, kind: Ship, shortNames: [sh]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}, scale: {specReplicasPath: .spec.crew, statusReplicasPath: .status.crew}}
      additionalPrinterColumns: [{name: Crew, type: integer, jsonPath: .spec.crew}]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              description: What the ship is to be.
              properties:
                crew: {type: integer, minimum: 0, description: How many sail it.}
                sails: {type: array, x-kubernetes-list-type: set, items: {type: string}}
                ${more}
            status: {type: object, properties: {crew: {type: integer}, port: {type: string}}}
`;

const ship = (session: Session, name: string, spec = "{crew: 3}") => `
apiVersion: ${groupOf(session)}/v1
kind: Ship
metadata: {name: ${name}}
spec: ${spec}
`;

await withEachKubectl((session) => {
  describe("a kind that is defined with kubectl", () => {
    it("is applied, waited for, used, explained, scaled, changed and deleted", async () => {
      const kind = `ships.${groupOf(session)}`;
      expect(await session.ok("apply -f -", { input: definition(session) })).toBe(
        `customresourcedefinition.apiextensions.k8s.io/${kind} created\n`,
      );
      // kubectl gives up when it finds a definition that has no conditions yet, as Kubernetes shows it in its first moments
      await eventually(() => session.ok(`wait --for=condition=Established crd/${kind} --timeout=20s`));
      expect(await session.ok("apply -f -", { input: definition(session) })).toMatch(/ unchanged\n$/);
      expect(await session.ok(`get crd ${kind} --no-headers`)).toContain(kind);

      const object = `${kind.replace("ships", "ship")}/a`;
      expect(await session.ok("apply -f -", { input: ship(session, "a") })).toBe(`${object} created\n`);
      expect(await session.ok(`get ${kind} a`)).toMatch(/^NAME +CREW\na +3\n$/);
      expect(await session.ok("apply --server-side --field-manager=me -f -", { input: ship(session, "a", "{sails: [main]}") })).toBe(
        `${object} serverside-applied\n`,
      );
      expect(await session.ok(`explain ships --api-version=${groupOf(session)}/v1`)).toContain("What the ship is to be.");
      expect(await session.ok(`scale ${kind} a --replicas=5`)).toBe(`${object} scaled\n`);
      expect(await session.ok(`get ${kind} a -o jsonpath={.spec}`)).toBe('{"crew":5,"sails":["main"]}');
      expect(await session.fails(`scale ${kind} a --replicas=-1`)).toContain("must");
      const status = ["patch", kind, "a", "--type=merge", "--subresource=status", "-p", '{"status":{"port":"home"}}'];
      expect(await session.ok(status)).toBe(`${object} patched\n`);
      expect(await session.fails("apply -f -", { input: ship(session, "b", "{crew: -1}") })).toContain(
        "spec.crew in body should be greater than or equal to 0",
      );
      expect(await session.fails("apply -f -", { input: ship(session, "c", "{crew: 1, masts: 2}") })).toMatch(
        /unknown field "(spec\.)?masts"|masts/,
      );

      await session.ok("apply -f -", { input: definition(session, "masts: {type: integer, default: 1}") });
      await session.ok("apply -f -", { input: ship(session, "c", "{crew: 1, masts: 2}") });
      expect(await session.ok(`get ${kind} a -o jsonpath={.spec.masts}`)).toBe("1");

      expect(await session.ok("delete -f -", { input: definition(session) })).toContain("deleted");
      expect(await session.fails(`get ${kind}`)).toContain("the server doesn't have a resource type");
    }, 60_000);
  });
});
