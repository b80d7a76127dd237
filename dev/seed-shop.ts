// The shop to ask questions about, in a database of the demo user on each engine. It is made once:
// whoever deletes it does not want it.

import { randomUUID } from "node:crypto";
import { callAs, must, textAt } from "./call.ts";
import { withMysql, withPostgres } from "./database-session.ts";
import type { Demo } from "./demo.ts";
import { type ShopEngine, shopStatements } from "./shop.ts";

export const shopNames: Record<ShopEngine, string> = { postgres: "shop", mysql: "shop-mysql" };

/** Makes the shops of a demo user who has never had a database. */
export async function seedShops(demo: Demo, engines: readonly ShopEngine[]): Promise<void> {
  const user = callAs(demo.url, demo.polykomosKey);
  const { data } = await must(user, "GET", "/api/v1/operations?limit=1");
  if (Array.isArray(data) && data.length > 0) return;
  await Promise.all(
    engines.map(async (engine) => {
      const database = { name: shopNames[engine], db_type: engine };
      const made = await must(user, "POST", "/api/v1/databases?wait=true&timeout=120", database, {
        "idempotency-key": randomUUID(),
      });
      await run(engine, textAt(made, "data", "connection_string"));
    }),
  );
}

async function run(engine: ShopEngine, url: string): Promise<void> {
  const statements = shopStatements(engine);
  if (engine === "postgres") {
    await withPostgres(url, (client) => client.query(statements.join(";\n")));
    return;
  }
  await withMysql(url, async (connection) => {
    for (const statement of statements) await connection.query(statement);
  });
}
