import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { failure } from "./failure.ts";
import { ownerOnlyFolder } from "./file-modes.ts";
import { type Account, giveTo } from "./server-account.ts";
import { dataFolder, type ServerHome } from "./server-home.ts";

/** What an engine knows of its data. */
export type DataMaker = {
  /** Fills a folder that is there, empty and the account's own. */
  makeData(folder: string): Promise<void>;
  /** What is wrong with the data in a folder; null when nothing shows. */
  damageOf(data: string): string | null;
};

const partialPrefix = "cluster.partial-";

/**
 * Sees to it that a home has data: made, or copied from the home of a stopped server when `copyOf` is
 * given, where there are none. A failure when those that are there are damaged.
 */
export async function prepareData(
  home: ServerHome,
  maker: DataMaker,
  copyOf: string | undefined,
): Promise<void> {
  for (const name of readdirSync(home.path)) {
    // Left by a start that was killed while it made one.
    if (name.startsWith(partialPrefix)) rmSync(join(home.path, name), { recursive: true });
  }
  const data = dataFolder(home.path);
  if (existsSync(data)) {
    const damage = maker.damageOf(data);
    if (damage === null) return;
    throw failure(`The data in ${data} is damaged (${damage}). Start empty: npm start -- --fresh`);
  }
  // Under another name until it is complete, so that half a data folder is never taken for one.
  const partial = join(home.path, `${partialPrefix}${process.pid}`);
  if (copyOf === undefined) {
    makeServerFolder(partial, home.account);
    await maker.makeData(partial);
  } else {
    // Keeps owner and access rights, which `cp` of Node does not.
    await promisify(execFile)("cp", ["-a", dataFolder(copyOf), partial]);
  }
  renameSync(partial, data);
}

/** Makes a folder that the account alone can enter. */
export function makeServerFolder(path: string, account: Account | null): void {
  mkdirSync(path);
  chmodSync(path, ownerOnlyFolder);
  giveTo(account, path);
}
