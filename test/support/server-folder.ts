import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../../dev/failure.ts";
import { readJsonObject } from "../../dev/private-file.ts";
import { isAlive, processIdentity } from "../../dev/processes.ts";
import { removeHome } from "../../dev/server-home.ts";

/**
 * A new folder for servers. Whom they run as may pass through it; otherwise their data would stand
 * outside of it, where nobody removes it. Its name tells whose it is, for `clearLeftovers`.
 */
export function serverFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  chmodSync(folder, 0o711);
  return folder;
}

const processesFile = "processes.json";

/** Notes processes that are to be ended with what is in a folder, should nobody else end them. */
export function noteProcesses(folder: string, pids: readonly number[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, processesFile), JSON.stringify({ all: pids.map(processIdentity) }));
}

function endProcesses(folder: string): void {
  const { all } = readJsonObject(join(folder, processesFile)) ?? {};
  for (const identity of Array.isArray(all) ? all.map(String) : []) {
    const pid = Number.parseInt(identity, 10);
    if (processIdentity(pid) === identity) process.kill(pid, "SIGKILL");
  }
}

const namePattern = /^polypuma-.+-(\d+)-\w{6}$/;

/** Ends the servers and Workers of runs that were killed, and removes their folders. */
export async function clearLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(namePattern.exec(name)?.[1]);
    if (!(pid > 0) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (statSync(folder).uid !== process.getuid?.()) continue;
      const paths = readdirSync(folder).map((each) => join(folder, each));
      const homes = paths.filter((path) => statSync(path).isDirectory());
      // Of either engine: the server is told by the file with its process's id.
      for (const home of [...homes, folder]) {
        endProcesses(home);
        await removeHome(home);
      }
    } catch (error) {
      // Another run that begins now does the same.
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
}
