import { setMaxListeners } from "node:events";
import type { Logger } from "pino";
import type { Core } from "../apiserver/core.ts";
import { inProcessTransport } from "../apiserver/in-process/transport.ts";
import { RestClient } from "../client/rest-client.ts";
import type { Controller, Surroundings } from "../controllers/runtime/controller.ts";

/** Controllers act as this user: their requests take the same way as everyone's. */
const CONTROLLER_USER = { name: "system:kube-controller-manager", groups: ["system:masters", "system:authenticated"] };

/**
 * Runs controllers inside this process, each with a client of its own name. Resolves when what they have to prepare is there.
 * @returns stops them; resolves when the last has let go
 */
export async function startControllers(core: Core, controllers: readonly Controller[], log: Logger): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  // every controller listens, most of them more than once
  setMaxListeners(0, stopping.signal);
  const transport = inProcessTransport(core.handle, CONTROLLER_USER);
  const surroundingsOf = ({ name }: Controller): Surroundings => ({
    client: new RestClient(transport, `datum-apiserver/${name}`),
    now: Date.now,
    log,
  });
  // in their order: a later one may need what an earlier one makes
  for (const controller of controllers) await controller.prepare?.(surroundingsOf(controller));
  const running = controllers.map(async (controller) => {
    try {
      await controller.run(surroundingsOf(controller), stopping.signal);
    } catch (error) {
      log.error({ controller: controller.name, err: error }, "a controller ended unexpectedly");
    }
  });
  return async () => {
    stopping.abort();
    await Promise.all(running);
  };
}
