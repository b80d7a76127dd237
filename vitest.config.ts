import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { memoryFolder } from "./test/support/memory-folder.ts";

/** Crash tests take longest: begun last, one would go on alone while the other cores wait. */
class CrashTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes("/test/faults/");
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// For all that the tests start, too; whoever sets it decides.
const temporary = process.env.TMPDIR ?? memoryFolder();
if (temporary !== null) process.env.TMPDIR = temporary;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/suite.ts"],
    reporters: ["default", "./test/support/log-scan.ts", "./test/support/closing-line.ts"],
    sequence: { sequencer: CrashTestsFirst },
    // Two cores serve PostgreSQL, workerd and the tests themselves.
    maxWorkers: 3,
    // Only what hangs is to be ended: the machine may be busy.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
