import type { Webhook } from "../../../client/webhook.ts";
import { type AuditEvent, itemText } from "../event.ts";
import type { Backend } from "./backend.ts";
import type { Losses } from "./losses.ts";

/** Posts events to a program elsewhere, as an EventList (k8s.io/apiserver, plugin/pkg/audit/webhook). */
export class WebhookBackend implements Backend {
  readonly #webhook: Pick<Webhook, "tell" | "close">;
  readonly #maxSize: number;
  readonly #losses: Losses;

  /** @param maxSize how many bytes of events go out together; a longer batch is split */
  constructor(webhook: Pick<Webhook, "tell" | "close">, maxSize: number, losses: Losses) {
    this.#webhook = webhook;
    this.#maxSize = maxSize;
    this.#losses = losses;
  }

  async write(events: readonly AuditEvent[]): Promise<boolean> {
    const sent: Promise<boolean>[] = [];
    let texts: string[] = [];
    let size = 0;
    let first = 0;
    for (const [index, event] of events.entries()) {
      const text = itemText(event);
      const bytes = Buffer.byteLength(text);
      if (texts.length > 0 && size + bytes > this.#maxSize) {
        sent.push(this.#post(texts, events.slice(first, index)));
        texts = [];
        size = 0;
        first = index;
      }
      texts.push(text);
      size += bytes;
    }
    sent.push(this.#post(texts, events.slice(first)));
    return !(await Promise.all(sent)).includes(false);
  }

  async #post(texts: readonly string[], events: readonly AuditEvent[]): Promise<boolean> {
    try {
      const body = Buffer.from(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${texts.join(",")}]}\n`);
      await this.#webhook.tell(body);
      return true;
    } catch (error) {
      this.#losses.lost("webhook", error, events);
      return false;
    }
  }

  close(): void {
    this.#webhook.close();
  }
}
