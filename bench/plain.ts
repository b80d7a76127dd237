import { escapeIdentifier as id, escapeLiteral as literal } from "pg";
import { withPostgres } from "../dev/database-session.ts";
import type { RunningPostgres } from "../dev/postgres.ts";

/**
 * The steps of provisioning by a plain client: the same statements that the product's adapter
 * sends, one after the other, with nothing recorded and nothing checked before.
 */
export type PlainServer = {
  /** Makes a login and a database of one working name. */
  build(name: string): Promise<Built>;
  /** Gives a built one its customer's name and logs in once; its connection string. */
  adopt(built: Built, name: string): Promise<string>;
};

type Built = { login: string; working: string; password: string };

async function session(url: string, statements: readonly string[]): Promise<void> {
  await withPostgres(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

export function plainServer(postgres: RunningPostgres): PlainServer {
  const customerUrl = ({ login, password }: Built, database: string) =>
    `postgresql://${login}:${password}@${postgres.host}:${postgres.port}/${database}`;
  return {
    async build(name) {
      const built = { login: name, working: name, password: crypto.randomUUID() };
      await session(postgres.url("postgres"), [
        `CREATE ROLE ${id(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION
         NOBYPASSRLS CONNECTION LIMIT 10 PASSWORD ${literal(built.password)}`,
        `ALTER ROLE ${id(name)} SET temp_file_limit = 1048576`,
        `CREATE DATABASE ${id(name)} TEMPLATE template0 ALLOW_CONNECTIONS false`,
        `COMMENT ON DATABASE ${id(name)} IS ${literal(name)}`,
        `REVOKE ALL ON DATABASE ${id(name)} FROM PUBLIC`,
        `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${id(name)} TO ${id(name)}`,
        `ALTER DATABASE ${id(name)} ALLOW_CONNECTIONS true`,
      ]);
      await session(postgres.url(name), [`ALTER SCHEMA public OWNER TO ${id(name)}`]);
      return built;
    },

    async adopt(built, name) {
      await session(postgres.url("postgres"), [
        `ALTER ROLE ${id(built.login)} CONNECTION LIMIT 10`,
        `ALTER DATABASE ${id(built.working)} RENAME TO ${id(name)}`,
      ]);
      await session(customerUrl(built, name), ["SELECT 1"]);
      return customerUrl(built, name);
    },
  };
}
