import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { enterOnlyFolder, ownerOnlyFolder } from "./file-modes.ts";
import { takeLock } from "./lock.ts";
import { removeHome } from "./server-home.ts";

/** The places inside `.data`; every secret in it is a file that only its owner can read. */
export type DataFolder = {
  postgres: string;
  mariadb: string;
  secrets: string;
  demo: string;
  worker: string;
  defaultVariables: string;
  ourVariables: string;
};

const lockName = "start.lock";

/** Opens `.data` of a clone for this process alone until it exits, emptied when `fresh`. */
export async function openDataFolder(root: string, fresh: boolean): Promise<DataFolder> {
  const path = join(root, ".data");
  mkdirSync(path, { recursive: true });
  // The user that database servers run as may have to pass through.
  chmodSync(path, enterOnlyFolder);
  const attempt = takeLock(join(path, lockName));
  if (!attempt.taken) {
    throw failure(
      `polypuma already runs in this folder. Stop it first (Ctrl-C there, or: kill ${attempt.pid}).`,
    );
  }
  process.once("exit", attempt.release);
  if (fresh) await empty(path);
  const worker = join(path, "wrangler");
  if (!existsSync(worker)) mkdirSync(worker, { mode: ownerOnlyFolder });
  return {
    postgres: join(path, "postgres"),
    mariadb: join(path, "mariadb"),
    secrets: join(path, "secrets.json"),
    demo: join(path, "demo.json"),
    worker,
    defaultVariables: join(path, "defaults.env"),
    ourVariables: join(path, "worker.env"),
  };
}

async function empty(path: string): Promise<void> {
  for (const server of ["postgres", "mariadb"]) await removeHome(join(path, server));
  for (const name of readdirSync(path)) {
    if (name !== lockName) rmSync(join(path, name), { recursive: true });
  }
}
