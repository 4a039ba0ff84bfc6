import { destination, type Logger, pino } from "pino";

/** How much is told, as kube-apiserver's `-v` counts: 0 what matters, 4 details, 6 and more everything. */
export function createLog(verbosity: number): Logger {
  const level = verbosity >= 6 ? "trace" : verbosity >= 4 ? "debug" : "info";
  // Written before the call returns: the last line before an exit is the one that is wanted.
  return pino({ level, base: undefined }, destination({ fd: 2, sync: true }));
}
