import { join } from "node:path";
import { startMariadbIfThere } from "../../dev/mariadb.ts";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { startPostgres } from "../../dev/postgres.ts";

/**
 * The stopped servers that all others of a run begin as copies of: making their data anew takes ten
 * times as long.
 */
export type Originals = { postgres: string; mysql: string | null };

/** The database with the control plane's tables that every server of PostgreSQL here has. */
export const storeName = "polypuma";

/** Makes the stopped servers to copy, in a folder; `mysql` is null, and `say` told, without MariaDB. */
export async function makeOriginals(
  folder: string,
  say: (line: string) => void,
): Promise<Originals> {
  const [postgres, mysql] = [join(folder, "original-postgres"), join(folder, "original-mariadb")];
  async function makePostgres(): Promise<void> {
    const server = await startPostgres({ folder: postgres, fast: true });
    await createDatabase(server.url("postgres"), storeName);
    await migrate(server.url(storeName));
    await server.stop();
  }
  const [mariadb] = await Promise.all([
    startMariadbIfThere({ folder: mysql, fast: true }, say),
    makePostgres(),
  ]);
  await mariadb?.stop();
  return { postgres, mysql: mariadb && mysql };
}
