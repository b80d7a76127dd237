import { inject } from "vitest";
import { type RunningMariadb, startMariadbIfThere } from "../../dev/mariadb.ts";
import { type RunningPostgres, startPostgres } from "../../dev/postgres.ts";

/** Starts PostgreSQL in a folder, with an empty store; `settings` are its own on top of ours. */
export async function startOwnPostgres(
  folder: string,
  settings: Record<string, string> = {},
): Promise<RunningPostgres> {
  const { postgres } = inject("suite").originals;
  return await startPostgres({ folder, settings, fast: true, copyOf: postgres });
}

/** Starts MariaDB in a folder, with `flags` on top of ours; null where there is none. */
export async function startOwnMariadb(
  folder: string,
  flags: readonly string[] = [],
): Promise<RunningMariadb | null> {
  const { mysql } = inject("suite").originals;
  if (mysql === null) return null;
  return await startMariadbIfThere({ folder, flags, fast: true, copyOf: mysql }, () => {});
}
