import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { failure, hasCode } from "./failure.ts";
import { enterOnlyFolder } from "./file-modes.ts";

// Outlives a reboot, unlike /tmp, and every user can enter it.
const sharedFolder = "/var/tmp";
const hashCharacters = 12;
const othersMayWrite = 0o022;

/** The folder that stands for `path` where every user can enter, named by a hash of `path`. */
export function outsideFolder(label: string, path: string): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, hashCharacters);
  return `${sharedFolder}/${label}-${hash}`;
}

/** Makes the folder; throws a failure when someone else has put something there before us. */
export function makeOutsideFolder(path: string): void {
  try {
    mkdirSync(path);
    chmodSync(path, enterOnlyFolder);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    if (isOurs(path)) return;
    throw failure(`${path} is not ours although it has our name. Remove it and start again.`);
  }
}

/** A folder that only we can have made: our own, no link, closed for the writing of others. */
export function isOurs(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined || !status.isDirectory()) return false;
  return status.uid === process.geteuid?.() && (status.mode & othersMayWrite) === 0;
}
