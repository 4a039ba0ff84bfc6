import { textResponse } from "../filters/responses.ts";
import type { ApiResponse } from "../request.ts";
import type { Query } from "../routing/query.ts";

/** One thing that must be well; rejects with what is wrong. */
export interface HealthCheck {
  readonly name: string;
  /** Only `/readyz` asks: what makes the server unready need not make it unhealthy. */
  readonly readinessOnly?: boolean;
  check(): void | Promise<void>;
}

export type HealthEndpoint = "healthz" | "livez" | "readyz";

/** What became of a check at one endpoint, since the start. */
export interface HealthResult {
  readonly name: string;
  readonly endpoint: HealthEndpoint;
  last: "success" | "error";
  success: number;
  error: number;
}

/** A check that takes longer has failed: an answer always comes. */
const CHECK_MILLISECONDS = 3_000;

/**
 * `/healthz`, `/livez`, `/readyz` and each check below them (k8s.io/apiserver, pkg/server/healthz/healthz.go).
 * Reasons of failures are withheld from the joint answers, which anyone may read.
 */
export class Health {
  readonly #checks: HealthCheck[] = [];
  readonly #results = new Map<string, HealthResult>();

  add(check: HealthCheck): void {
    this.#checks.push(check);
  }

  /** What the joint answers found so far, for `/metrics/slis`. */
  get results(): Iterable<HealthResult> {
    return this.#results.values();
  }

  async answer(endpoint: HealthEndpoint, only: string | undefined, query: Query): Promise<ApiResponse | undefined> {
    const checks = this.#checks.filter(({ readinessOnly }) => endpoint === "readyz" || !readinessOnly);
    if (only !== undefined) return this.#single(checks.find(({ name }) => name === only));

    const excluded = new Set(
      query
        .all("exclude")
        .flatMap((value) => value.split(","))
        .filter((name) => name !== ""),
    );
    const unknown = new Set(excluded);
    const lines = await Promise.all(
      checks.map(async (check) => {
        if (unknown.delete(check.name)) return `[+]${check.name} excluded: ok\n`;
        const failed = (await failureOf(check)) !== undefined;
        this.#note(check.name, endpoint, failed ? "error" : "success");
        return failed ? `[-]${check.name} failed: reason withheld\n` : `[+]${check.name} ok\n`;
      }),
    );
    const failed = lines.some((line) => line.startsWith("[-]"));
    if (unknown.size > 0) {
      const names = [...unknown].sort().map((name) => JSON.stringify(name));
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(",")}\n`);
    }
    if (failed) return textResponse(500, `${lines.join("")}${endpoint} check failed\n`);
    return textResponse(200, query.has("verbose") ? `${lines.join("")}${endpoint} check passed\n` : "ok");
  }

  #note(name: string, endpoint: HealthEndpoint, result: "success" | "error"): void {
    const key = `${endpoint}/${name}`;
    let counts = this.#results.get(key);
    if (counts === undefined) {
      counts = { name, endpoint, last: result, success: 0, error: 0 };
      this.#results.set(key, counts);
    }
    counts.last = result;
    counts[result]++;
  }

  async #single(check: HealthCheck | undefined): Promise<ApiResponse | undefined> {
    if (check === undefined) return undefined;
    const error = await failureOf(check);
    return error === undefined ? textResponse(200, "ok") : textResponse(500, `internal server error: ${error}\n`);
  }
}

async function failureOf(check: HealthCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("context deadline exceeded"), CHECK_MILLISECONDS);
  });
  const outcome = Promise.resolve()
    .then(() => check.check())
    .then(
      () => undefined,
      (error) => (error instanceof Error ? error.message : String(error)),
    );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
