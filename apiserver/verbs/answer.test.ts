import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALLOW } from "../authorization/authorizer.ts";
import { type Served, serve } from "../testing/serve.ts";

const PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const QUESTION = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
const IDA = { name: "ida", uid: "7", groups: ["z", "a"], extra: { scopes: ["view", "edit"], "acme.com/project": ["p"] } };

describe("what is created to be answered", () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve({ authorizers: [() => ALLOW] });
  });
  afterAll(async () => expect(await served.close()).toEqual([]));

  it("tells who asks and keeps nothing of the question", async () => {
    const answer = await served.ask("POST", PATH, {
      user: IDA,
      body: { ...QUESTION, metadata: { name: "x", labels: { a: "b" } }, status: { userInfo: { username: "not me" } } },
    });
    expect(answer.status).toBe(201);
    expect(answer.json()).toEqual({
      ...QUESTION,
      metadata: { creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      status: {
        userInfo: { username: "ida", uid: "7", groups: ["z", "a"], extra: { "acme.com/project": ["p"], scopes: ["view", "edit"] } },
      },
    });
  });

  it("speaks protobuf", async () => {
    const protobuf = "application/vnd.kubernetes.protobuf";
    const answer = await served.ask("POST", PATH, { user: IDA, body: QUESTION, headers: { accept: protobuf } });
    expect(answer.headers["content-type"]).toBe(protobuf);
    // extra, number 4 of userInfo: an entry of a key and a message of strings
    const strings = Buffer.from("\x0a\x04view\x0a\x04edit");
    const entry = Buffer.concat([Buffer.from("\x0a\x06scopes\x12"), Buffer.from([strings.length]), strings]);
    expect(answer.bytes.includes(Buffer.concat([Buffer.from([0x22, entry.length]), entry]))).toBe(true);
    const asked = await served.ask("POST", PATH, { user: IDA, body: answer.bytes, headers: { "content-type": protobuf } });
    expect(asked.status).toBe(201);
  });

  it("has no tables", async () => {
    const answer = await served.ask("POST", PATH, { body: QUESTION, headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } });
    expect(answer.status).toBe(406);
    expect(answer.json().message).toBe(
      "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    );
  });

  it.each([
    ["GET", PATH, 405],
    ["DELETE", PATH, 405],
    ["GET", `${PATH}/x`, 404],
    ["POST", `${PATH}/x`, 404],
    ["GET", PATH.replace("/v1/", "/v1/watch/"), 404],
  ])("%s %s is %i", async (method, path, status) => {
    expect((await served.ask(method, path)).status).toBe(status);
  });

  it("is listed in discovery with its one verb and no hash of what would be stored", async () => {
    const { resources } = (await served.ask("GET", "/apis/authentication.k8s.io/v1")).json();
    expect(resources.find(({ name }: { name: string }) => name === "selfsubjectreviews")).toEqual({
      name: "selfsubjectreviews",
      singularName: "selfsubjectreview",
      namespaced: false,
      kind: "SelfSubjectReview",
      verbs: ["create"],
    });
  });
});
