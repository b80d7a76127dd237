import { withPostgres } from "../dev/database-session.ts";
import { buildWorker } from "../test/support/build.ts";
import { withRig } from "./rig.ts";
import { median, quantile, type Row } from "./rows.ts";
import { newTenant, registerServer } from "./tenant.ts";

/** A plain question to a small PostgreSQL database, from request to answer, on a warm catalog. */
const suite = "questions";
const warmUps = 10;
const asked = 200;
const question = "How many customers are there?";

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-questions");
    const worker = await rig.start(script, { QUERIES_PER_MINUTE: "100000" });
    await registerServer(worker.url, "postgres", rig.postgres);
    const tenant = await newTenant(worker.url, ["databases:write", "queries:read"]);
    const made = await tenant.send("POST", "/api/v1/databases?wait=true", { name: "shop" });
    const database = made.body.data as { uuid: string; connection_string: string };
    const body = { database_uuid: database.uuid, query: question };
    await fill(database.connection_string);

    const times: number[] = [];
    let before = 0;
    for (let count = 0; count < warmUps + asked; count++) {
      if (count === warmUps) before = rig.statements();
      const startedAt = performance.now();
      const answer = await tenant.send("POST", "/api/v1/query_executions", body);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      if (count >= warmUps) times.push(performance.now() - startedAt);
    }
    const statements = (rig.statements() - before) / asked;
    return [
      { suite, name: "question to answer, median", value: median(times), unit: "ms" },
      { suite, name: "question to answer, p95", value: quantile(times, 0.95), unit: "ms" },
      { suite, name: "statements in the store a question", value: statements, unit: "" },
    ];
  });
}

async function fill(connectionString: string): Promise<void> {
  await withPostgres(connectionString, async (client) => {
    await client.query("CREATE TABLE customers (id int PRIMARY KEY, name text)");
    await client.query("INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 1000) n");
  });
}
