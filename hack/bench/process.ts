import type { ChildProcess } from "node:child_process";
import { cpus } from "node:os";
import { cpuSeconds, residentBytes } from "./process-figures.ts";

/** What a process has cost so far. */
export class Costs {
  readonly #pid: number;

  constructor(child: ChildProcess) {
    this.#pid = child.pid!;
  }

  /** Seconds of processor time, in the program and in the kernel for it. */
  get cpu(): number {
    return cpuSeconds(this.#pid);
  }

  /** Kilobytes of memory in use. */
  get memory(): number {
    return residentBytes(this.#pid) / 1024;
  }
}

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export function printMachine(): void {
  console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);
}

export const print = (what: string, figure: number, unit: string) =>
  console.log(`${what.padEnd(60)} ${figure.toFixed(figure < 10 ? 2 : 0).padStart(8)} ${unit}`);

/** Does `one` `count` times, 16 at a time. */
export async function repeat(count: number, one: () => Promise<unknown>): Promise<void> {
  let started = 0;
  const worker = async () => {
    while (started++ < count) await one();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** Processor seconds of the process for 10,000 times `one`, after half as many to warm up. */
export async function cpuOf(costs: Costs, count: number, one: () => Promise<unknown>): Promise<number> {
  await repeat(count / 2, one);
  const before = costs.cpu;
  await repeat(count, one);
  return ((costs.cpu - before) / count) * 10_000;
}
