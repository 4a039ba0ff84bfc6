/** Before it, a progress notification could come ahead of events that it speaks of; Kubernetes does not trust those releases either. */
export const OLDEST_SERVER = "3.5.13";

const OLDEST = OLDEST_SERVER.split(".").map(Number);

/** @param version as etcd says it: `3.5.16`, `3.6.0-rc.1` */
export function isNewEnough(version: string): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, least] of OLDEST.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
