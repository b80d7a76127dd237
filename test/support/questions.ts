import { inject } from "vitest";
import { type Answer, newDatabase, newTenant, type Options, type Tenant } from "./api.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import { mysqlQuery } from "./mysql.ts";
import { shopTables } from "./shop.ts";
import { sql } from "./sql.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

export type Engine = "postgres" | "mysql";

/** A Worker whose questions go to a model that says what a test tells it to. */
export type QuestionsWorker = { worker: RunningWorker; model: ModelServer; stop(): Promise<void> };

export async function startQuestions(
  vars: Record<string, string> = {},
  formats?: readonly string[],
): Promise<QuestionsWorker> {
  const suite = inject("suite");
  const model = await startModelServer(formats);
  const worker = await startWorker({
    script: suite.script,
    vars: {
      STORE_URL: suite.postgres.storeUrl,
      NEON_ENDPOINT: suite.neonEndpoint,
      POOL_TARGET: "0",
      NL2SQL_ENGINE: "openai",
      NL2SQL_TIMEOUT_SECONDS: "5",
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "sk-test",
      ...vars,
    },
  });
  return {
    worker,
    model,
    async stop() {
      await worker.stop();
      await model.stop();
    },
  };
}

export type Shop = {
  tenant: Tenant;
  uuid: string;
  /** The customer's own connection string. */
  url: string;
  engine: Engine;
  dbName: string;
  /** Runs SQL as the customer. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  ask(query: string, more?: Record<string, unknown>, options?: Options): Promise<Answer>;
};

/** A new tenant's database with the tables of a small shop. */
export async function newShop(
  workerUrl: string,
  engine: Engine,
  permissions?: string[],
): Promise<Shop> {
  const tenant = await newTenant({ url: workerUrl, ...(permissions ? { permissions } : {}) });
  const database = await newDatabase(tenant, { db_type: engine });
  const url: string = database.connection_string;
  const run = (text: string) => (engine === "postgres" ? sql(url, text) : mysqlQuery(url, text));
  for (const statement of shopTables[engine]) await run(statement);
  return {
    tenant,
    uuid: database.uuid,
    url,
    engine,
    dbName: database.db_name,
    sql: run,
    ask: (query, more = {}, options = {}) =>
      tenant.call("POST", "/api/v1/query_executions", {
        body: { database_uuid: database.uuid, query, ...more },
        ...options,
      }),
  };
}

/** All that the shop's tables hold, and which there are: the same text for the same database. */
export async function digestOf(shop: Shop): Promise<string> {
  const schema = shop.engine === "postgres" ? "public" : shop.dbName;
  const parts = [
    await shop.sql(`SELECT table_name AS t, column_name AS c, data_type AS d
      FROM information_schema.columns WHERE table_schema = '${schema}' ORDER BY 1, 2`),
    await shop.sql("SELECT * FROM customers ORDER BY id"),
    await shop.sql("SELECT * FROM orders ORDER BY id"),
  ];
  return JSON.stringify(parts);
}
