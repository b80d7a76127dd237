import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { ownerOnlyFile } from "./file-modes.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { readIfThere } from "./private-file.ts";
import { giveTo } from "./server-account.ts";
import type { ServerHome } from "./server-home.ts";
import { runToEnd } from "./server-process.ts";

type InitializeOptions = {
  home: ServerHome;
  binaries: Binaries;
  /** An empty folder of the account's. */
  folder: string;
  superuser: string;
  password: string;
  /** Leave out the flush to disk at the end. */
  fast: boolean;
};

const majorVersion = "18";
const controlFileBytes = 8192;

/** Makes a database cluster with `initdb`; a failure says why it could not. */
export async function initializeData(options: InitializeOptions): Promise<void> {
  const { home, binaries, folder, superuser, password, fast } = options;
  const passwordFile = join(home.path, "password.tmp");
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: ownerOnlyFile });
  giveTo(home.account, passwordFile);
  try {
    const { code, output } = await runToEnd(home, binaries.initdb, [
      `--username=${superuser}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // PostgreSQL's built-in locale, so that the data does not depend on what this system has.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      `--pgdata=${folder}`,
      `--pwfile=${passwordFile}`,
      "--no-instructions",
      ...(fast ? ["--no-sync"] : []),
    ]);
    if (code !== 0) throw failure(`PostgreSQL's data could not be made: ${firstError(output)}`);
  } finally {
    rmSync(passwordFile);
  }
}

/** What is wrong with a database cluster, as far as its files show; null when nothing does. */
export function damageOf(cluster: string): string | null {
  const version = readIfThere(join(cluster, "PG_VERSION"))?.trim();
  if (version === undefined) return "PG_VERSION is missing";
  if (version !== majorVersion) return `PG_VERSION is not ${majorVersion}`;
  const control = statSync(join(cluster, "global", "pg_control"), { throwIfNoEntry: false });
  return control?.size === controlFileBytes ? null : "global/pg_control is missing or cut off";
}

function firstError(output: string): string {
  const lines = output.split("\n");
  return lines.find((line) => /error|fatal|panic/i.test(line)) ?? lines[0] ?? "unknown";
}
