import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { takeLock } from "./lock.ts";
import { removeMariadbHome } from "./mariadb.ts";
import { removeHome } from "./postgres-home.ts";

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

const LOCK = "start.lock";
// The user that PostgreSQL runs as may have to pass through.
const ENTER_ONLY = 0o711;
const OWNER_ONLY = 0o700;

/** Opens `.data` of a clone for this process alone until it exits, emptied when `fresh`. */
export async function openDataFolder(root: string, fresh: boolean): Promise<DataFolder> {
  const path = join(root, ".data");
  mkdirSync(path, { recursive: true });
  chmodSync(path, ENTER_ONLY);
  const attempt = takeLock(join(path, LOCK));
  if (!attempt.taken) {
    throw failure(
      `polypuma already runs in this folder. Stop it first (Ctrl-C there, or: kill ${attempt.pid}).`,
    );
  }
  process.once("exit", attempt.release);
  if (fresh) await empty(path);
  const worker = join(path, "wrangler");
  if (!existsSync(worker)) mkdirSync(worker, { mode: OWNER_ONLY });
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
  await removeHome(join(path, "postgres"));
  await removeMariadbHome(join(path, "mariadb"));
  for (const name of readdirSync(path)) {
    if (name !== LOCK) rmSync(join(path, name), { recursive: true });
  }
}
