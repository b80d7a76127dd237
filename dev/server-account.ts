import { chownSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { failure } from "./failure.ts";

/** The operating-system user that a database server runs as. */
export type Account = { name: string; uid: number; gid: number };

const candidates = ["postgres", "nobody"];

/**
 * PostgreSQL and MariaDB refuse to run as root, so root gets an unprivileged user: the owner of the
 * server's `data` if there are any, else one that exists already. Null for anyone else, who runs it as
 * themselves. Throws a failure when root finds no such user.
 */
export function serverAccount(data: string): Account | null {
  if (process.platform === "win32") {
    throw failure("Windows is not supported directly. Run this inside WSL.");
  }
  if (process.geteuid?.() !== 0) return null;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `number ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of candidates) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (Number(uid) > 0 && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw failure(
    `Database servers do not run as root and there is no user ${candidates.join(" or ")}. Start as an ordinary user.`,
  );
}

/** The options of `spawn` that run a program as the account; null is whoever runs this. */
export function runAs(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/** Makes the account the owner of a file or folder. */
export function giveTo(account: Account | null, path: string): void {
  if (account !== null) chownSync(path, account.uid, account.gid);
}

/** Whether the account may pass through the folder and every folder above it. */
export function canEnter(account: Account | null, folder: string): boolean {
  if (account === null) return true;
  for (let path = realpathSync(folder); ; path = dirname(path)) {
    if (!mayPass(account, path)) return false;
    if (path === dirname(path)) return true;
  }
}

function mayPass(account: Account, folder: string): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
