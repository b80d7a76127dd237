import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/suite.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    // Two cores serve PostgreSQL, workerd and the tests themselves.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
