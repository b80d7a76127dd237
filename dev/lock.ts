import { linkSync, renameSync, rmSync } from "node:fs";
import { hasCode } from "./failure.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";
import { processIdentity } from "./processes.ts";

export type LockAttempt = { taken: true; release(): void } | { taken: false; pid: number };

/**
 * Takes the lock file at `path` until it is released, or names the process that has it. A process
 * that was killed no longer has its lock.
 */
export function takeLock(path: string): LockAttempt {
  const draft = `${path}.${process.pid}`;
  const own = { pid: process.pid, identity: processIdentity(process.pid) };
  try {
    for (;;) {
      writePrivate(draft, JSON.stringify(own));
      if (linkNew(draft, path)) break;
      const found = readJsonObject(path);
      if (typeof found?.pid === "number" && processIdentity(found.pid) === found.identity) {
        return { taken: false, pid: found.pid };
      }
      // Whoever moves the dead lock away first goes on; another starter finds it gone or anew.
      moveAway(path, draft);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { taken: true, release: () => rmSync(path, { force: true }) };
}

function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function moveAway(path: string, draft: string): void {
  try {
    renameSync(path, draft);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
