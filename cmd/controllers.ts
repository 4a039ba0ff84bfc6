import type { Logger } from "pino";
import type { Core } from "../apiserver/core.ts";
import { inProcessTransport } from "../apiserver/in-process/transport.ts";
import { RestClient } from "../client/rest-client.ts";
import type { Controller } from "../controllers/runtime/controller.ts";

/** Controllers act as this user: their requests take the same way as everyone's. */
const CONTROLLER_USER = { name: "system:kube-controller-manager", groups: ["system:masters", "system:authenticated"] };

/**
 * Runs controllers inside this process, each with a client of its own name.
 * @returns stops them; resolves when the last has let go
 */
export function startControllers(core: Core, controllers: readonly Controller[], log: Logger): () => Promise<void> {
  const stopping = new AbortController();
  const transport = inProcessTransport(core.handle, CONTROLLER_USER);
  const running = controllers.map(async (controller) => {
    const client = new RestClient(transport, `datum-apiserver/${controller.name}`);
    try {
      await controller.run({ client, now: Date.now, log }, stopping.signal);
    } catch (error) {
      log.error({ controller: controller.name, err: error }, "a controller ended unexpectedly");
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(running);
  };
}
