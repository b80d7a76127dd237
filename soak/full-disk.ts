import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../dev/failure.ts";
import { isAlive } from "../dev/processes.ts";
import { removeHome } from "../dev/server-home.ts";

/**
 * A small disk of its own for a PostgreSQL server, in memory, that can be filled to its last block.
 * Only root may mount one; an unprivileged user has no way to bound what PostgreSQL may write.
 */
export type SmallDisk = {
  /** Where the server's folder is to be. */
  home: string;
  fill(): void;
  free(): void;
  remove(): void;
};

const chunk = Buffer.alloc(1024 * 1024);
/** With the process's id behind it. */
const prefix = "soak-disk-";
const serversFolder = "pg";

/** Mounts one of that many MB; null where that is not allowed. Goes with the process, however that ends. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | null> {
  if (process.getuid?.() !== 0) return null;
  await clearLeftovers();
  const folder = join(tmpdir(), `${prefix}${process.pid}`);
  mkdirSync(folder, { mode: 0o711 });
  try {
    const options = `size=${megabytes}m,mode=0711`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "polypuma-soak", folder], {
      stdio: "ignore",
    });
  } catch {
    rmdirSync(folder);
    return null;
  }
  chmodSync(folder, 0o711);
  const ballast = join(folder, "ballast");
  let isMounted = true;
  const remove = () => {
    if (isMounted) unmount(folder);
    isMounted = false;
  };
  process.once("exit", remove);
  return {
    home: join(folder, serversFolder),
    fill: () => fillUp(ballast, folder),
    free: () => rmSync(ballast, { force: true }),
    remove,
  };
}

function unmount(folder: string): void {
  try {
    execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
  } catch {
    // A run that was killed before it had mounted it.
  }
  rmdirSync(folder);
}

/** Those of runs that were killed, with their servers. */
async function clearLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(prefix) && name.slice(prefix.length));
    if (!(pid > 0) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    await removeHome(join(folder, serversFolder));
    unmount(folder);
  }
}

function fillUp(file: string, folder: string): void {
  const ballast = openSync(file, "a");
  try {
    while (statfsSync(folder).bavail > 0) writeSync(ballast, chunk);
  } catch (error) {
    if (!hasCode(error, "ENOSPC")) throw error;
  } finally {
    closeSync(ballast);
  }
}
