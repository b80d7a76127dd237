import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "..", "..");

/**
 * Builds a Worker entry with wrangler, as a deploy would, into a folder below dist/. Returns the
 * path of the one module it becomes.
 */
export async function buildWorker(entry: string, name: string): Promise<string> {
  const folder = join(root, "dist", name);
  mkdirSync(folder, { recursive: true });
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const words = ["deploy", entry, "--config", "wrangler.toml", "--dry-run", "--outdir", folder];
  await promisify(execFile)(process.execPath, [wrangler, ...words], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
  });
  return join(folder, `${entry.split("/").at(-1)?.replace(/\.ts$/, "")}.js`);
}
