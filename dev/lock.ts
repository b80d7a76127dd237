import { linkSync, renameSync, rmSync } from "node:fs";
import { hasCode } from "./failure.ts";
import { parseObject } from "./json-object.ts";
import { readIfThere, writePrivate } from "./private-file.ts";
import { processIdentity } from "./processes.ts";

type LockAttempt = { taken: true; release(): void } | { taken: false; pid: number };

/**
 * Takes the lock file at `path` until it is released, or names the process that has it. A process
 * that was killed no longer has its lock.
 */
export function takeLock(path: string): LockAttempt {
  const draft = `${path}.${process.pid}`;
  const own = { pid: process.pid, identity: processIdentity(process.pid) };
  writePrivate(draft, JSON.stringify(own));
  try {
    while (!linkNew(draft, path)) {
      const found = readIfThere(path);
      const pid = holderOf(found);
      if (pid !== null) return { taken: false, pid };
      if (found !== null && replaceDead(path, found, draft)) break;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { taken: true, release: () => rmSync(path, { force: true }) };
}

/** The process that a lock file's content names, if it still runs. */
function holderOf(content: string | null): number | null {
  const { pid, identity } = parseObject(content ?? "") ?? {};
  return typeof pid === "number" && processIdentity(pid) === identity ? pid : null;
}

/**
 * Puts the draft in the place of a lock that nobody has any more. One starter at a time may, and only
 * while the dead lock is still there: another one could have taken its place meanwhile.
 */
function replaceDead(path: string, dead: string, draft: string): boolean {
  const takeover = `${path}.takeover`;
  if (!linkNew(draft, takeover)) {
    if (holderOf(readIfThere(takeover)) === null) rmSync(takeover, { force: true });
    return false;
  }
  try {
    if (readIfThere(path) !== dead) return false;
    renameSync(draft, path);
    return true;
  } finally {
    rmSync(takeover, { force: true });
  }
}

/** Whether the link could be made: there was no such file. */
function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}
