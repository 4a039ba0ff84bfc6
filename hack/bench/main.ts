/**
 * What the server costs, beside a bare Node server that answers the same bytes in the same run.
 *
 *     npm run bench                                    all of it, about a quarter of an hour
 *     npm run bench -- --only get,create               some groups: get list create create-etcd write watch crowd authorize audit day ready
 *     npm run bench -- --quick                         a few seconds, to see that it works; the figures mean nothing
 *     npm run bench -- --markdown                      the table as docs/benchmarks.md has it
 *
 * Clients run in processes of their own; what is counted is the server's processor time (all its threads) and memory, by the kernel's
 * account. The machine should have nothing else to do.
 */
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { audit } from "./audit.ts";
import { authorize } from "./authorize.ts";
import type { Bench, Measurement } from "./bench.ts";
import { createEmbedded, createEtcd } from "./create.ts";
import { crowd } from "./crowd.ts";
import { day } from "./day.ts";
import { type Figure, table } from "./figures.ts";
import { get } from "./get.ts";
import { list } from "./list.ts";
import { describeMachine } from "./machine.ts";
import { ready } from "./ready.ts";
import { watch } from "./watch.ts";
import { write } from "./write.ts";

const MEASUREMENTS: readonly Measurement[] = [get, list, createEmbedded, createEtcd, write, watch, crowd, authorize, audit, day, ready];
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { values } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean" }, markdown: { type: "boolean" } },
});
const wanted = values.only?.split(",") ?? MEASUREMENTS.map(({ name }) => name);
const unknown = wanted.filter((name) => !MEASUREMENTS.some((measurement) => measurement.name === name));
if (unknown.length > 0) throw new Error(`no such measurement: ${unknown.join(", ")}`);

await mkdir(path.join(ROOT, ".cache"), { recursive: true });
const data = await mkdtemp(path.join(tmpdir(), "datum-bench-"));
// A copy, so that a build made meanwhile does not change the program under test. Inside the repository, where its packages are found.
const program = await mkdtemp(path.join(ROOT, ".cache", "bench-"));
await cp(path.join(ROOT, "dist"), program, { recursive: true });

const bench: Bench = {
  program: path.join(program, "datum-apiserver.mjs"),
  quick: values.quick === true,
  folder: () => mkdtemp(path.join(data, "server-")),
  say: (line) => process.stderr.write(`${line}\n`),
};
try {
  const figures: Figure[] = [];
  for (const measurement of MEASUREMENTS) {
    if (!wanted.includes(measurement.name)) continue;
    bench.say(`measuring ${measurement.name} …`);
    figures.push(...(await measurement.run(bench)));
  }
  const machine = await describeMachine();
  console.log(`\n${machine.join("\n")}\n\n${table(figures, values.markdown === true)}`);
} finally {
  await rm(data, { recursive: true, force: true });
  await rm(program, { recursive: true, force: true });
}
