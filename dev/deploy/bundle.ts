import { stripVTControlCharacters } from "node:util";
import { type Finding, good, need } from "./findings.ts";
import { wrangler } from "./wrangler.ts";

/** What the platform takes of a paid plan; a free one takes 3 MiB (developers.cloudflare.com/workers/platform/limits). */
const gzipKibMax = 10 * 1024;
const freeKibMax = 3 * 1024;

/** Builds the bundle as a deploy would, and uploads nothing. */
export async function checkBundle(root: string, configPath: string): Promise<Finding> {
  const words = ["deploy", "--dry-run", "--config", configPath, "--outdir", "dist/deploy"];
  const { code, output } = await wrangler(root, words);
  const size = /gzip: ([\d.]+) KiB/.exec(output)?.[1];
  if (code !== 0 || size === undefined) {
    const lines = stripVTControlCharacters(output).split("\n");
    const line = lines
      .slice(lines.findIndex((each) => each.includes("ERROR")))
      .filter((each) => each.trim() !== "")
      .slice(0, 4)
      .map((each) => each.trim())
      .join(" ");
    return need("the bundle does not build", `${line} (npx wrangler deploy --dry-run)`);
  }
  const kib = Number(size);
  if (kib > gzipKibMax) return need(`the bundle is ${size} KiB gzip`, `at most ${gzipKibMax} KiB`);
  const plan = kib <= freeKibMax ? "which every plan takes" : "which the paid plan takes";
  return good(`the bundle builds: ${size} KiB gzip, ${plan}`);
}
