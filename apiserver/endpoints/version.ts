/** The version of Kubernetes whose behaviour this server has, and its own behind the plus sign. */
export const KUBERNETES_VERSION = { major: "1", minor: "37", patch: "2" } as const;

/** `/version` (k8s.io/apimachinery, pkg/version/types.go). kubectl reads gitVersion as a semantic version. */
export function versionInfo(productVersion: string) {
  const { major, minor, patch } = KUBERNETES_VERSION;
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${major}.${minor}.${patch}+datum-${productVersion}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "gc",
    platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
  };
}
