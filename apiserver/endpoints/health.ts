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

/**
 * `/healthz`, `/livez`, `/readyz` and each check below them (k8s.io/apiserver, pkg/server/healthz/healthz.go).
 * Reasons of failures are withheld from the joint answers, which anyone may read.
 */
export class Health {
  readonly #checks: HealthCheck[] = [];

  add(check: HealthCheck): void {
    this.#checks.push(check);
  }

  async answer(endpoint: "healthz" | "livez" | "readyz", only: string | undefined, query: Query): Promise<ApiResponse | undefined> {
    const checks = this.#checks.filter(({ readinessOnly }) => endpoint === "readyz" || !readinessOnly);
    if (only !== undefined) return this.#single(checks.find(({ name }) => name === only));

    const excluded = new Set(
      query
        .all("exclude")
        .flatMap((value) => value.split(","))
        .filter((name) => name !== ""),
    );
    let failed = false;
    let lines = "";
    for (const check of checks) {
      if (excluded.delete(check.name)) {
        lines += `[+]${check.name} excluded: ok\n`;
        continue;
      }
      const error = await failureOf(check);
      if (error !== undefined) failed = true;
      lines += error === undefined ? `[+]${check.name} ok\n` : `[-]${check.name} failed: reason withheld\n`;
    }
    if (excluded.size > 0) {
      const names = [...excluded].sort().map((name) => JSON.stringify(name));
      lines += `warn: some health checks cannot be excluded: no matches for ${names.join(",")}\n`;
    }
    if (failed) return textResponse(500, `${lines}${endpoint} check failed\n`);
    return textResponse(200, query.has("verbose") ? `${lines}${endpoint} check passed\n` : "ok");
  }

  async #single(check: HealthCheck | undefined): Promise<ApiResponse | undefined> {
    if (check === undefined) return undefined;
    const error = await failureOf(check);
    return error === undefined ? textResponse(200, "ok") : textResponse(500, `internal server error: ${error}\n`);
  }
}

async function failureOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check.check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
