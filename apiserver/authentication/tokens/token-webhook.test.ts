import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { WebhookError } from "../../../client/webhook-error.ts";
import { InvalidCredential } from "../authenticator.ts";
import { PresentedToken, type TokenAuthenticator } from "./token.ts";
import { type TokenWebhookOptions, tokenWebhook } from "./token-webhook.ts";

const OWN = ["api"];

// biome-ignore lint/suspicious/noExplicitAny: questions are looked at as they were sent
let asked: any[];
let answer: (token: string) => JsonObject | Promise<JsonObject>;
let problems: string[];
let now: number;

beforeEach(() => {
  asked = [];
  problems = [];
  now = 0;
  answer = () => ({ status: { authenticated: true, user: { username: "kim" } } });
});

const webhook = (options: Partial<TokenWebhookOptions> = {}) =>
  tokenWebhook({
    ask: async (question) => {
      asked.push(question);
      return answer((question as { spec: { token: string } }).spec.token);
    },
    version: "v1",
    audiences: OWN,
    ttl: 1_000,
    onProblem: (reason) => problems.push(reason),
    now: () => now,
    ...options,
  });

async function ask(tokens: TokenAuthenticator, token = "secret", audiences: readonly string[] = OWN): Promise<unknown> {
  const found = await tokens(new PresentedToken(token), audiences);
  return found instanceof InvalidCredential ? found.reasons.join("; ") : found;
}

const status = (members: JsonObject): JsonObject => ({ kind: "TokenReview", apiVersion: "authentication.k8s.io/v1", status: members });

describe("a webhook that knows tokens", () => {
  it("is asked with a review, and tells the user", async () => {
    answer = () =>
      status({ authenticated: true, user: { username: "kim", uid: "7", groups: ["a", "b"], extra: { scopes: ["x"], none: null } } });
    expect(await ask(webhook())).toEqual({
      user: { name: "kim", uid: "7", groups: ["a", "b"], extra: { scopes: ["x"], none: [] } },
      audiences: OWN,
    });
    expect(asked).toEqual([
      {
        kind: "TokenReview",
        apiVersion: "authentication.k8s.io/v1",
        metadata: {},
        spec: { token: "secret", audiences: ["api"] },
        status: { user: {} },
      },
    ]);
    await ask(webhook({ version: "v1beta1" }));
    expect(asked[1]).toMatchObject({ apiVersion: "authentication.k8s.io/v1beta1" });
  });

  it("does not know a token, or says why it is not good", async () => {
    answer = () => status({});
    expect(await ask(webhook())).toBeUndefined();
    answer = () => ({ status: null });
    expect(await ask(webhook())).toBeUndefined();
    answer = () => status({ authenticated: false, error: "expired", user: { username: "kim" } });
    expect(await ask(webhook())).toBe("expired");
    answer = () => status({ authenticated: true, user: {} });
    expect(await ask(webhook())).toBe("the webhook names no user");
    expect(problems).toEqual([]);
  });

  it("knows for whom a token is, or leaves it to the server", async () => {
    const named = (...audiences: string[]) => {
      answer = () => status({ authenticated: true, user: { username: "kim" }, audiences });
    };
    expect(await ask(webhook(), "t", ["other", "api"])).toMatchObject({ audiences: ["api"] });
    expect(await ask(webhook(), "t", ["other"])).toBeUndefined();
    named("other", "another");
    expect(await ask(webhook(), "t", ["another", "api", "other"])).toMatchObject({ audiences: ["another", "other"] });
    expect(await ask(webhook())).toBeUndefined();
  });

  it.each<[JsonObject, string]>([
    [{ kind: "Status", message: "no" }, "no"],
    [
      { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1" },
      '"TokenRequest" of "authentication.k8s.io/v1" is no TokenReview of "authentication.k8s.io/v1"',
    ],
    [
      { ...status({ authenticated: true }), apiVersion: "authentication.k8s.io/v1beta1" },
      '"TokenReview" of "authentication.k8s.io/v1beta1" is no TokenReview of "authentication.k8s.io/v1"',
    ],
    [{ status: "yes" }, "json: cannot unmarshal string into Go struct field TokenReview.status of type v1.TokenReviewStatus"],
    [
      status({ authenticated: "true", user: { username: "kim" } }),
      "json: cannot unmarshal string into Go struct field TokenReview.status.authenticated of type bool",
    ],
    [
      status({ authenticated: true, user: { username: 7 } }),
      "json: cannot unmarshal number into Go struct field TokenReview.status.user.username of type string",
    ],
    [
      status({ authenticated: true, user: { username: "kim", groups: "system:masters" } }),
      "json: cannot unmarshal string into Go struct field TokenReview.status.user.groups of type []string",
    ],
    [
      status({ authenticated: true, user: { username: "kim", groups: [["a"]] } }),
      "json: cannot unmarshal array into Go struct field TokenReview.status.user.groups of type string",
    ],
    [
      status({ authenticated: true, user: { username: "kim", extra: { a: "b" } } }),
      "json: cannot unmarshal string into Go struct field TokenReview.status.user.extra.a of type []string",
    ],
  ])("that answers with what is no review lets nobody in: %j", async (document, message) => {
    answer = () => document;
    expect(await ask(webhook())).toBe(message);
    expect(problems).toEqual([message]);
  });

  it("is not asked again while its answer counts, whatever it was, but for errors", async () => {
    const tokens = webhook();
    answer = (token) =>
      token === "good" ? status({ authenticated: true, user: { username: "kim" } }) : status({ error: token === "bad" ? "refused" : "" });
    const each = () => Promise.all(["good", "unknown", "bad"].map((token) => ask(tokens, token)));
    const answers = await each();
    expect(answers).toEqual([expect.objectContaining({ audiences: OWN }), undefined, "refused"]);
    expect(await each()).toEqual(answers);
    expect(asked.map(({ spec }) => spec.token)).toEqual(["good", "unknown", "bad", "bad"]);
    await ask(tokens, "good", ["api", "x"]);
    expect(asked).toHaveLength(5);
    now = 1_000;
    await each();
    expect(asked).toHaveLength(8);
  });

  it("is asked once for many who show the same token at a time, and each time where nothing is remembered", async () => {
    const tokens = webhook({ ttl: 0 });
    await Promise.all([ask(tokens), ask(tokens), ask(tokens, "other")]);
    expect(asked).toHaveLength(2);
    await ask(tokens);
    expect(asked).toHaveLength(3);
  });

  it("remembers good tokens through a flood of bad ones, and no more than fits", async () => {
    const tokens = webhook();
    answer = (token) => (token === "good" ? status({ authenticated: true, user: { username: "kim" } }) : status({}));
    await ask(tokens, "good");
    for (let flood = 0; flood < 10_000; flood++) await ask(tokens, `bad-${flood}`);
    asked = [];
    await ask(tokens, "good");
    expect(asked).toHaveLength(0);
    await ask(tokens, "bad-0");
    expect(asked).toHaveLength(1);
  });

  it("that cannot be asked lets nobody in, and a token that it says back goes no further", async () => {
    const tokens = webhook();
    answer = () => {
      throw new WebhookError('an error on the server ("secret is no token") has prevented the request from succeeding');
    };
    const message = 'an error on the server ("<token> is no token") has prevented the request from succeeding';
    expect([await ask(tokens), await ask(tokens)]).toEqual([message, message]);
    expect(problems).toEqual([message, message]);
    expect(asked).toHaveLength(2);
    answer = () => status({ error: "secret: expired" });
    expect(await ask(tokens)).toBe("<token>: expired");
    answer = () => {
      throw new Error("a defect");
    };
    await expect(ask(tokens)).rejects.toThrow("a defect");
  });
});
