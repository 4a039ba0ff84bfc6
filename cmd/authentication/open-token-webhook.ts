import type { Logger } from "pino";
import type { TokenAuthenticator } from "../../apiserver/authentication/tokens/token.ts";
import { StartupError } from "../startup-error.ts";
import type { TokenWebhookFlags } from "./flags.ts";

/** For one question, as kube-apiserver gives it; in ms. */
const TIMEOUT = 30_000;

/**
 * A program elsewhere that knows whose tokens are. It loads only where one is asked.
 * @param audiences those of this server
 * @throws StartupError naming the file
 */
export async function openTokenWebhook(
  { kubeconfigFile, version, ttl }: TokenWebhookFlags,
  audiences: readonly string[],
  log: Logger,
): Promise<{ readonly authenticate: TokenAuthenticator; close(): void }> {
  const [{ KubeconfigError }, { FollowedWebhook }, { tokenWebhook }] = await Promise.all([
    import("../../client/kubeconfig.ts"),
    import("../followed-webhook.ts"),
    import("../../apiserver/authentication/tokens/token-webhook.ts"),
  ]);
  try {
    const webhook = await FollowedWebhook.open(kubeconfigFile, TIMEOUT, log);
    const authenticate = tokenWebhook({
      ask: (question) => webhook.ask(question),
      version,
      audiences,
      ttl,
      onProblem: (reason) => log.error({ reason }, "failed to make webhook authenticator request"),
      now: performance.now.bind(performance),
    });
    return { authenticate, close: () => webhook.close() };
  } catch (error) {
    if (error instanceof KubeconfigError) throw new StartupError(error.message, error);
    throw error;
  }
}
