import { defineConfig } from "vitest/config";

const base = { testTimeout: 30_000, hookTimeout: 120_000 };

/** What a whole server is judged by; these run once on each storage engine (`TEST_STORAGE`, see test/tools/server.ts). */
const servers = ["test/{integration,e2e,golden,clients}/**/*.test.ts"];

/** Where `.ci/run` wants the results. */
const { TEST_RESULTS } = process.env;

export default defineConfig({
  test: {
    reporters: TEST_RESULTS === undefined ? ["default"] : ["default", ["json", { outputFile: TEST_RESULTS }]],
    // A server under test and its client share a worker's core; more workers than cores only make them wait for each other.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...base,
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: ["node_modules/**", "dist/**", ".cache/**", "test/faults/**", ...servers],
        },
      },
      {
        test: {
          ...base,
          name: "embedded",
          include: servers,
          env: { TEST_STORAGE: "embedded" },
          globalSetup: ["test/tools/build-setup.ts"],
        },
      },
      {
        test: {
          ...base,
          name: "etcd",
          include: servers,
          // These touch no storage, or would show nothing else on another one.
          exclude: ["test/integration/door.test.ts", "test/integration/certificates.test.ts", "test/clients/**"],
          env: { TEST_STORAGE: "etcd" },
          globalSetup: ["test/tools/build-setup.ts", "test/tools/etcd-setup.ts"],
        },
      },
    ],
  },
});
