import { defineConfig } from "vitest/config";

/** Tests that break things on purpose and take their time: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts"],
    globalSetup: ["test/tools/build-setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
