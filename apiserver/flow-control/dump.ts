import type { Configuration } from "./configuration.ts";
import { EXPECTED_MS } from "./queue-set.ts";

/** Cells are so wide at least. */
const WIDTH = 8;

/**
 * How levels and queues are, a line each, for people (k8s.io/apiserver, pkg/util/flowcontrol/apf_controller_debug.go). Queues that nobody has used
 * of late are left out.
 * @param what `dump_priority_levels` or `dump_queues`
 * @returns undefined for anything else
 */
export function dump(what: string, { levels }: Pick<Configuration, "levels">): string | undefined {
  const all = [...levels].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (what === "dump_priority_levels") {
    return table([
      [
        "PriorityLevelName",
        "ActiveQueues",
        "IsIdle",
        "IsQuiescing",
        "WaitingRequests",
        "ExecutingRequests",
        "DispatchedRequests",
        "RejectedRequests",
        "TimedoutRequests",
        "CancelledRequests",
      ],
      ...all.map(({ name, queues: { activeQueues, waiting, executing, counts } }) => {
        const { dispatched, rejected, timedOut } = counts;
        return [name, activeQueues, waiting + executing === 0, false, waiting, executing, dispatched, rejected, timedOut, timedOut];
      }),
    ]);
  }
  if (what !== "dump_queues") return undefined;
  return table([
    [
      "PriorityLevelName",
      "Index",
      "PendingRequests",
      "ExecutingRequests",
      "SeatsInUse",
      "NextDispatchR",
      "InitialSeatsSum",
      "MaxSeatsSum",
      "TotalWorkSum",
    ],
    ...all.flatMap(({ name, queues }) =>
      [...queues.queues()].map(({ index, waiting, executing, seatsInUse, seatsWaiting, next }) => {
        const work = seconds(seatsWaiting * EXPECTED_MS);
        return [name, index, waiting, executing, seatsInUse, seconds(next), seatsWaiting, seatsWaiting, work];
      }),
    ),
  ]);
}

/** Seats times seconds. */
const seconds = (ms: number) => `${(ms / 1_000).toFixed(8)}ss`;

/** Lines of cells below each other, as Go's text/tabwriter has them. */
function table(rows: readonly (readonly unknown[])[]): string {
  const texts = rows.map((row) => row.map((cell, column) => (column < row.length - 1 ? `${cell},` : String(cell))));
  const widths = texts[0]?.map((_, column) => Math.max(WIDTH, ...texts.map((row) => (row[column]?.length ?? 0) + 1))) ?? [];
  return texts
    .map((row) => `${row.map((text, column) => (column < row.length - 1 ? text.padEnd(widths[column]!) : text)).join("")}\n`)
    .join("");
}
