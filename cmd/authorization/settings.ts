import type { Logger } from "pino";
import { alwaysAllow, alwaysDeny } from "../../apiserver/authorization/always.ts";
import { type ChosenAuthorizer, RBAC } from "../../apiserver/authorization/authorization.ts";
import type { AuthorizerConfiguration, WebhookConfiguration } from "../../apiserver/authorization/configuration/configuration.ts";
import type { BuiltIn } from "../../apiserver/authorization/configuration/rules.ts";
import { readRequired } from "../certificates/private-file.ts";
import type { FollowedWebhook } from "../followed-webhook.ts";
import { StartupError } from "../startup-error.ts";
import { WatchedFile } from "../watched-file.ts";
import type { AuthorizationFlags } from "./flags.ts";

/** Who is asked about requests, as the flags or a file say it. */
export class AuthorizationSettings {
  #chain: Chain;
  readonly #log: Logger;
  readonly #file: { readonly name: string; readonly text: string; readonly types: readonly string[] } | undefined;
  #watched: WatchedFile | undefined;
  #closed = false;

  private constructor(chain: Chain, log: Logger, file?: { name: string; text: string; types: readonly string[] }) {
    this.#chain = chain;
    this.#log = log;
    this.#file = file;
  }

  /**
   * Reads what the flags name.
   * @throws StartupError naming the file, and the place in it
   */
  static async open(flags: AuthorizationFlags, log: Logger): Promise<AuthorizationSettings> {
    if (!("configFile" in flags)) return new AuthorizationSettings(await openChain(ofFlags(flags), log), log);
    const { configFile: name } = flags;
    const text = await readRequired(name);
    const configuration = await parse(name, text);
    const types = configuration.map(({ type }) => type);
    return new AuthorizationSettings(await openChain(configuration, log), log, { name, text, types });
  }

  get authorizers(): readonly ChosenAuthorizer[] {
    return this.#chain.authorizers;
  }

  /**
   * Tells other authorizers whenever the file says so. One that is no configuration changes nothing, nor does one that leaves out a
   * built-in authorizer that was there at the start.
   */
  follow(changed: (authorizers: readonly ChosenAuthorizer[]) => void): void {
    if (this.#file === undefined) return;
    const { name, text, types } = this.#file;
    const failed = (error: unknown) =>
      this.#log.error({ err: error, file: name }, "the authorization configuration could not be read again");
    let last: Promise<void> = Promise.resolve();
    const reload = async (next: string) => {
      const chain = await openChain(await parse(name, next, types), this.#log);
      if (this.#closed) return chain.close();
      const before = this.#chain;
      this.#chain = chain;
      changed(chain.authorizers);
      before.retire();
      this.#log.info({ file: name }, "reloaded authz config");
    };
    this.#watched = new WatchedFile(
      name,
      text,
      (next) => {
        last = last.then(() => reload(next)).catch(failed);
      },
      failed,
    );
  }

  close(): void {
    this.#closed = true;
    this.#watched?.close();
    this.#chain.close();
  }
}

/**
 * Reading of configurations loads only where there is one.
 * @throws StartupError naming the file
 */
async function parse(file: string, text: string, required?: readonly string[]): Promise<readonly AuthorizerConfiguration[]> {
  const [{ parseAuthorizationConfiguration }, { ConfigurationError }] = await Promise.all([
    import("../../apiserver/authorization/configuration/configuration.ts"),
    import("../../apimachinery/configuration/parse.ts"),
  ]);
  try {
    return parseAuthorizationConfiguration(text, required);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(`${file}: ${error.message}`, error);
    throw error;
  }
}

/** A webhook of the flags has all the time that there is, and is passed over when it cannot be asked, as it has always been. */
function ofFlags({ modes, webhook }: Extract<AuthorizationFlags, { modes: unknown }>): readonly AuthorizerConfiguration[] {
  return modes.map((type) =>
    type === "Webhook"
      ? { type, webhook: { name: "default", timeout: 30_000, failurePolicy: "NoOpinion", ...webhook! } }
      : { type: type satisfies BuiltIn },
  );
}

interface Chain {
  readonly authorizers: readonly ChosenAuthorizer[];
  /** Nobody asks them any more; what they were asked before is answered. */
  retire(): void;
  close(): void;
}

const OPINIONS = { NoOpinion: "no-opinion", Deny: "deny" } as const;

async function openChain(configuration: readonly AuthorizerConfiguration[], log: Logger): Promise<Chain> {
  const webhooks: FollowedWebhook[] = [];
  const close = () => {
    for (const webhook of webhooks) webhook.close();
  };
  const retire = () => {
    for (const webhook of webhooks) webhook.retire();
  };
  const open = (authorizer: AuthorizerConfiguration): ChosenAuthorizer | Promise<ChosenAuthorizer> => {
    switch (authorizer.type) {
      case "RBAC":
        return RBAC;
      case "AlwaysAllow":
        return alwaysAllow;
      case "AlwaysDeny":
        return alwaysDeny;
      case "Webhook":
        return openWebhook(authorizer.webhook, log, (webhook) => webhooks.push(webhook));
    }
  };
  try {
    return { authorizers: await Promise.all(configuration.map(open)), retire, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Loads only where one is asked.
 * @throws StartupError naming the kubeconfig
 */
async function openWebhook(
  { name, kubeconfigFile, timeout, version, authorizedTtl, unauthorizedTtl, failurePolicy }: WebhookConfiguration,
  log: Logger,
  onOpen: (webhook: FollowedWebhook) => void,
): Promise<ChosenAuthorizer> {
  const [{ KubeconfigError }, { FollowedWebhook }, { webhookAuthorizer }] = await Promise.all([
    import("../../client/kubeconfig.ts"),
    import("../followed-webhook.ts"),
    import("../../apiserver/authorization/webhook/webhook-authorizer.ts"),
  ]);
  const webhook = await FollowedWebhook.open(kubeconfigFile, timeout, log).catch((error: unknown) => {
    throw error instanceof KubeconfigError ? new StartupError(error.message, error) : error;
  });
  onOpen(webhook);
  return webhookAuthorizer({
    name,
    ask: (question) => webhook.ask(question),
    version,
    authorizedTtl,
    unauthorizedTtl,
    onFailure: OPINIONS[failurePolicy],
    onProblem: (error) => log.error({ err: error, authorizer: name }, "failed to make webhook authorizer request"),
    now: performance.now.bind(performance),
  });
}
