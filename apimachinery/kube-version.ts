/**
 * Kubernetes' order of versions, best first: stable, beta, alpha, higher numbers first; names of another form last, by name
 * (k8s.io/apimachinery, pkg/version/helpers.go).
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionRank(a), versionRank(b)];
  if (x === undefined || y === undefined) return x === y ? (a < b ? -1 : a > b ? 1 : 0) : x === undefined ? 1 : -1;
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor;
}

function versionRank(version: string): { stage: number; major: number; minor: number } | undefined {
  const found = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (found === null) return undefined;
  return { stage: found[2] === undefined ? 2 : found[2] === "beta" ? 1 : 0, major: Number(found[1]), minor: Number(found[3] ?? 0) };
}
