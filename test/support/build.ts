import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

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

/** What wrangler writes beside the modules, and a deploy does not upload. */
const notUploaded = /\.map$|^README\.md$|^bundle-meta\.json$/;
/** What a deploy may upload, compressed: a Worker of this size is small on every plan. */
export const uploadGzipKibMax = 1_024;

/** The bytes that a deploy of the Worker in a folder of wrangler's uploads, plain and compressed. */
export function uploadSize(folder: string): { bytes: number; gzipBytes: number } {
  const modules = readdirSync(folder)
    .filter((name) => !notUploaded.test(name))
    .map((name) => readFileSync(join(folder, name)));
  return {
    bytes: modules.reduce((total, module) => total + module.length, 0),
    gzipBytes: modules.reduce((total, module) => total + gzipSync(module).length, 0),
  };
}
