// Where a PostgreSQL server keeps its things. Normally the folder asked for. When root started us
// and the user that PostgreSQL runs as cannot get there (a clone under /root), a folder of
// /var/tmp instead, with a link to it in the place asked for. The home itself stays ours, so the
// server's user cannot put anything into it; only `cluster` inside belongs to that user.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { failure } from "./failure.ts";
import { type Account, canEnter } from "./postgres-account.ts";
import { endLeftover } from "./postgres-leftover.ts";
import { isOurs, makeOutsideFolder, outsideFolder } from "./postgres-outside.ts";

const LABEL = "polypuma";
const ENTER_ONLY = 0o711;
const OWNER_ONLY = 0o700;

/** Makes the home for `folder` and gives its true path. */
export async function settleHome(folder: string, account: Account | null): Promise<string> {
  const path = resolve(folder);
  const outside = outsideFolder(LABEL, path);
  mkdirSync(dirname(path), { recursive: true });
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isSymbolicLink() && readlinkSync(path) === outside && isOurs(outside)) return outside;
  if (status?.isSymbolicLink()) rmSync(path);

  if (status?.isDirectory() || canEnter(account, dirname(path))) {
    if (!status?.isDirectory()) mkdirSync(path);
    chmodSync(path, account === null ? OWNER_ONLY : ENTER_ONLY);
    if (canEnter(account, path)) return path;
    if (existsSync(join(path, "cluster"))) {
      throw failure(
        `PostgreSQL runs as user ${account?.name}, who cannot enter ${path}. Start empty: npm start -- --fresh`,
      );
    }
    rmSync(path, { recursive: true });
  }
  // Without its link, what is there belongs to data that someone has deleted by hand.
  await removeOutside(outside);
  makeOutsideFolder(outside);
  symlinkSync(outside, path);
  return outside;
}

/** Removes everything a server kept for `folder`, after ending a server left running there. */
export async function removeHome(folder: string): Promise<void> {
  const path = resolve(folder);
  await removeOutside(outsideFolder(LABEL, path));
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) await endLeftover(join(path, "cluster"));
  rmSync(path, { recursive: true, force: true });
}

async function removeOutside(outside: string): Promise<void> {
  if (!isOurs(outside)) return;
  await endLeftover(join(outside, "cluster"));
  rmSync(outside, { recursive: true, force: true });
}
