// Where a database server keeps its things. Normally the folder asked for. When root started us and
// the user that the server runs as cannot get there (a clone under /root), a folder of /var/tmp
// instead, with a link to it in the place asked for. The home itself stays ours, so the server's user
// cannot put anything into it; only the data inside belongs to that user.

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
import { enterOnlyFolder, ownerOnlyFolder } from "./file-modes.ts";
import { isOurs, makeOutsideFolder, outsideFolder } from "./outside-folder.ts";
import { type Account, canEnter, serverAccount } from "./server-account.ts";
import { endLeftover } from "./server-process.ts";

/** A home is where one server keeps its things, and who runs it. */
export type ServerHome = { path: string; account: Account | null };

const label = "polypuma";

/** Where the data of a home is. */
export function dataFolder(home: string): string {
  return join(home, "cluster");
}

/** Makes the home of a server that was asked for in `folder`. */
export async function settleHome(folder: string): Promise<ServerHome> {
  const account = serverAccount(dataFolder(folder));
  return { path: await settlePath(folder, account), account };
}

async function settlePath(folder: string, account: Account | null): Promise<string> {
  const path = resolve(folder);
  const outside = outsideFolder(label, path);
  mkdirSync(dirname(path), { recursive: true });
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isSymbolicLink() && readlinkSync(path) === outside && isOurs(outside)) return outside;
  if (status?.isSymbolicLink()) rmSync(path);

  if (status?.isDirectory() || canEnter(account, dirname(path))) {
    if (!status?.isDirectory()) mkdirSync(path);
    chmodSync(path, account === null ? ownerOnlyFolder : enterOnlyFolder);
    if (canEnter(account, path)) return path;
    if (existsSync(dataFolder(path))) {
      throw failure(
        `The server runs as user ${account?.name}, who cannot enter ${path}. Start empty: npm start -- --fresh`,
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
  await removeOutside(outsideFolder(label, path));
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) await endLeftover(dataFolder(path));
  rmSync(path, { recursive: true, force: true });
}

async function removeOutside(outside: string): Promise<void> {
  if (!isOurs(outside)) return;
  await endLeftover(dataFolder(outside));
  rmSync(outside, { recursive: true, force: true });
}
