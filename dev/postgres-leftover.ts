import { rmSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./failure.ts";
import { readIfThere } from "./private-file.ts";
import { commandLine, endProcess, isAlive } from "./processes.ts";

/** PostgreSQL's shutdown modes: fast (ends sessions), immediate (no checkpoint), and the hammer. */
export const shutdownSteps = [
  ["SIGINT", 10_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 2_000],
] as const;

/**
 * Ends a server that still runs on this data folder because its launcher was killed, and clears
 * the id file of one whose process id now belongs to some other program.
 */
export async function endLeftover(cluster: string): Promise<void> {
  const idFile = join(cluster, "postmaster.pid");
  const pid = Number.parseInt(readIfThere(idFile) ?? "", 10);
  if (Number.isNaN(pid) || pid <= 0 || !isAlive(pid)) return;
  if (!commandLine(pid).includes(cluster)) {
    rmSync(idFile, { force: true });
    return;
  }
  if (await endProcess(pid, shutdownSteps)) return;
  throw failure(`PostgreSQL from an earlier start does not end. End it by hand: kill -9 ${pid}`);
}
