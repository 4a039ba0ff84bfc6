import type { Logger } from "pino";
import { WEBHOOK_BACKOFF } from "../client/backoff.ts";
import { readKubeconfig, type ServerAccess } from "../client/kubeconfig.ts";
import { Webhook } from "../client/webhook.ts";
import { WatchedFile } from "./watched-file.ts";

/**
 * A webhook that is asked as its kubeconfig says: also when that, or a certificate or key that it names, has become another one. What cannot be
 * used changes nothing.
 */
export class FollowedWebhook {
  readonly #file: string;
  readonly #timeout: number;
  readonly #log: Logger;
  #webhook: Webhook;
  #watched: readonly WatchedFile[] = [];
  #closed = false;

  private constructor(file: string, timeout: number, log: Logger, access: ServerAccess) {
    this.#file = file;
    this.#timeout = timeout;
    this.#log = log;
    this.#webhook = this.#open(access);
  }

  /**
   * @param timeout for one attempt, in ms
   * @throws KubeconfigError
   */
  static async open(kubeconfigFile: string, timeout: number, log: Logger): Promise<FollowedWebhook> {
    return new FollowedWebhook(kubeconfigFile, timeout, log, await readKubeconfig(kubeconfigFile));
  }

  ask(question: object): ReturnType<Webhook["ask"]> {
    return this.#webhook.ask(question);
  }

  /** Nobody asks any more; what was asked is answered. */
  retire(): void {
    this.#unwatch();
    this.#webhook.retire();
  }

  /** Gives up the questions under way. */
  close(): void {
    this.#unwatch();
    this.#webhook.close();
  }

  #unwatch(): void {
    this.#closed = true;
    for (const watched of this.#watched) watched.close();
  }

  #open(access: ServerAccess): Webhook {
    for (const watched of this.#watched) watched.close();
    const changed = () => void this.#readAgain();
    this.#watched = access.files.map(({ file, text }) => new WatchedFile(file, text, changed, (error) => this.#failed(error)));
    return new Webhook(access, { timeout: this.#timeout, backoff: WEBHOOK_BACKOFF });
  }

  /** A certificate and its key change one after the other: the second change puts right what does not fit after the first. */
  async #readAgain(): Promise<void> {
    try {
      const access = await readKubeconfig(this.#file);
      if (this.#closed) return;
      const before = this.#webhook;
      this.#webhook = this.#open(access);
      before.retire();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#log.error({ err: error, file: this.#file }, "the kubeconfig of a webhook could not be read again");
  }
}
