import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { failure, hasCode } from "./failure.ts";

// Outlives a reboot, unlike /tmp, and every user can enter it.
const SHARED_FOLDER = "/var/tmp";
const HASH_CHARACTERS = 12;
const ENTER_ONLY = 0o711;
const OTHERS_MAY_WRITE = 0o022;

/** The folder that stands for `path` where every user can enter, named by a hash of `path`. */
export function outsideFolder(label: string, path: string): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, HASH_CHARACTERS);
  return `${SHARED_FOLDER}/${label}-${hash}`;
}

/** Makes the folder; throws a failure when someone else has put something there before us. */
export function makeOutsideFolder(path: string): void {
  try {
    mkdirSync(path);
    chmodSync(path, ENTER_ONLY);
  } catch (error) {
    if (!hasCode(error, "EEXIST") || !isOurs(path)) {
      throw failure(`${path} is not ours although it has our name. Remove it and start again.`);
    }
  }
}

/** A folder that only we can have made: our own, no link, closed for the writing of others. */
export function isOurs(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined || !status.isDirectory()) return false;
  return status.uid === process.geteuid?.() && (status.mode & OTHERS_MAY_WRITE) === 0;
}
