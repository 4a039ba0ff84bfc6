/*
 * Loaded into the server under measurement before its program: keeps the longest delay of its event loop, and writes it to a file on SIGUSR2,
 * in milliseconds. Counting begins anew then.
 *
 *     node --import "./loop-probe.mjs?file=/tmp/delay" dist/datum-apiserver.mjs
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = new URL(import.meta.url).searchParams.get("file");
const RESOLUTION_MS = 1;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on("SIGUSR2", () => {
  writeFileSync(file, String(Math.max(0, delays.max / 1e6 - RESOLUTION_MS)));
  delays.reset();
});
