import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Crash tests take longest: begun last, they would leave two cores waiting for one. */
class CrashTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes("/test/faults/");
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/suite.ts"],
    reporters: ["default", "./test/support/log-scan.ts", "./test/support/closing-line.ts"],
    sequence: { sequencer: CrashTestsFirst },
    // Two cores serve PostgreSQL, workerd and the tests themselves.
    maxWorkers: 3,
    testTimeout: 60_000,
    // Hooks start servers and remove their data, on a machine that may be busy.
    hookTimeout: 180_000,
  },
});
