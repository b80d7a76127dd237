import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { failure } from "./failure.ts";
import type { Account } from "./postgres-account.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { readIfThere } from "./private-file.ts";

export type ClusterOptions = {
  home: string;
  account: Account | null;
  binaries: Binaries;
  password: string;
  /** Leave out the flush to disk at the end. */
  fast: boolean;
  /** The home of a stopped server, whose data is copied instead of made. */
  copyOf?: string;
};

const MAJOR_VERSION = "18";
const CONTROL_FILE_BYTES = 8192;
const PARTIAL = "cluster.partial-";
const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** Where the data of a home is. */
export function clusterFolder(home: string): string {
  return join(home, "cluster");
}

/** Makes the data folder where there is none; a failure when the one there is damaged. */
export async function prepareCluster(options: ClusterOptions): Promise<void> {
  for (const name of readdirSync(options.home)) {
    // Left by a start that was killed while it made one.
    if (name.startsWith(PARTIAL)) rmSync(join(options.home, name), { recursive: true });
  }
  const cluster = clusterFolder(options.home);
  if (statSync(cluster, { throwIfNoEntry: false }) === undefined) {
    if (options.copyOf === undefined) return await makeCluster(options);
    const partial = join(options.home, `${PARTIAL}${process.pid}`);
    await copyData(options.copyOf, partial);
    return renameSync(partial, cluster);
  }
  const damage = findDamage(cluster);
  if (damage === null) return;
  throw failure(`The data in ${cluster} is damaged (${damage}). Start empty: npm start -- --fresh`);
}

function findDamage(cluster: string): string | null {
  const version = readIfThere(join(cluster, "PG_VERSION"))?.trim();
  if (version === undefined) return "PG_VERSION is missing";
  if (version !== MAJOR_VERSION) return `PG_VERSION is not ${MAJOR_VERSION}`;
  const control = statSync(join(cluster, "global", "pg_control"), { throwIfNoEntry: false });
  return control?.size === CONTROL_FILE_BYTES ? null : "global/pg_control is missing or cut off";
}

/** Copies a stopped server's data with its owner and rights to a folder that is not there yet. */
export async function copyData(fromHome: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", clusterFolder(fromHome), to]);
}

/** Under another name until it is complete, so that half a data folder is never taken for one. */
async function makeCluster(options: ClusterOptions): Promise<void> {
  const { home, account } = options;
  const partial = join(home, `${PARTIAL}${process.pid}`);
  const passwordFile = join(home, "password.tmp");
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, options.password, { mode: OWNER_ONLY_FILE });
  mkdirSync(partial);
  chmodSync(partial, OWNER_ONLY_FOLDER);
  if (account !== null) {
    chownSync(partial, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    await runInitdb(options, partial, passwordFile);
  } finally {
    rmSync(passwordFile);
  }
  renameSync(partial, clusterFolder(home));
}

function runInitdb(options: ClusterOptions, folder: string, passwordFile: string): Promise<void> {
  const { binaries, account, home, fast } = options;
  // PostgreSQL's built-in locale, so that the data does not depend on what this system has.
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const settings = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", ...locale];
  const paths = [`--pgdata=${folder}`, `--pwfile=${passwordFile}`, "--no-instructions"];
  const child = spawn(binaries.initdb, [...settings, ...paths, ...(fast ? ["--no-sync"] : [])], {
    cwd: home,
    stdio: ["ignore", "ignore", "pipe"],
    env: { LC_ALL: "C", TZ: "UTC" },
    ...(account !== null && { uid: account.uid, gid: account.gid }),
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(failure(`PostgreSQL's data could not be made: ${firstError(complaint)}`));
    });
  });
}

function firstError(output: string): string {
  const lines = output.split("\n");
  return lines.find((line) => /error|fatal|panic/i.test(line)) ?? lines[0] ?? "unknown";
}
