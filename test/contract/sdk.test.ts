import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "../support/build.ts";

const run = promisify(execFile);

test("the SDK's types are those of the documents as they are now (npm run sdk:generate)", async () => {
  const script = join(root, "dev", "sdk", "generate.ts");
  const { stdout } = await run(process.execPath, [script, "--check"], { cwd: root });
  expect(stdout.match(/is up to date/g)).toHaveLength(2);
}, 120_000);
