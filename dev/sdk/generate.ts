import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./generated-files.ts";

/**
 * `npm run sdk:generate` writes the SDK's generated files anew; with `--check` it writes nothing, and
 * fails when one of them is not what the documents say today.
 */
const root = join(import.meta.dirname, "..", "..");
const isCheck = process.argv.includes("--check");

for (const [path, text] of await generatedFiles()) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) {
    console.log(`${path} is up to date`);
  } else if (isCheck) {
    console.error(`${path} is out of date: npm run sdk:generate`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${path} is written`);
  }
}
