import { blueprintSteps } from "./blueprint-steps.ts";
import { type Database, newDatabase } from "./database-model.ts";
import { keySteps } from "./key-steps.ts";
import { customerRows } from "./logins.ts";
import { ask, learn, live, type Stage } from "./polykomos-stage.ts";
import type { Steps } from "./steps.ts";
import { webhookSteps } from "./webhook-steps.ts";

/** What a program does with databases. */
const databasesMax = 5;

async function create(stage: Stage): Promise<void> {
  const { tenant, random, step, engines } = stage;
  const held = tenant.databases.filter(({ life }) => life === "live" || life === "making");
  if (held.length >= databasesMax) return await remove(stage);
  const hasShop = random.chance(0.3);
  const database = newDatabase(`${tenant.name}-${step}`, random.pick(engines), hasShop);
  tenant.databases.push(database);
  const wait = random.pick(["", "?wait=true&timeout=20", "?wait=true&timeout=2"]);
  const shop = { blueprint_uuid: tenant.shopUuid, blueprint_variables: { currency: "EUR" } };
  const answer = await ask(stage, "createDatabase", "POST", `/databases${wait}`, {
    body: { name: database.label, db_type: database.engine, ...(hasShop ? shop : {}) },
    also: [202],
    mayWalkAway: true,
  });
  if (!answer) return;
  learn(stage, database, answer.body.data);
  database.life = answer.status === 201 ? "live" : "making";
  if (answer.status === 201) await logIn(stage, database);
}

/** 201 is a promise that the login works, unless its server is broken on purpose just now. */
async function logIn({ soak, tenant }: Stage, database: Database): Promise<void> {
  const url = database.strings.at(-1) ?? "";
  const fromMs = performance.now();
  const why = await customerRows(database.engine, url, "SELECT 1").then(() => null, String);
  const met = soak.outages.during(fromMs, performance.now(), "polykomos");
  if (why === null || met.length > 0) return;
  const what = `${tenant.name} ${database.label} was answered 201 and does not let in: ${why}`;
  soak.report({ kind: "lost database", what });
}

async function poll(stage: Stage): Promise<void> {
  const { tenant } = stage;
  const making = tenant.databases.filter(({ life }) => life === "making");
  for (const database of making) await readOne(stage, database);
  if (making.length === 0) await read(stage);
}

async function readOne(stage: Stage, database: Database): Promise<void> {
  const path = `/databases/${database.uuid}`;
  const answer = await ask(stage, "getDatabase", "GET", path);
  if (!answer) return;
  learn(stage, database, answer.body.data);
  if (answer.body.data.status === "active") database.life = "live";
}

async function read(stage: Stage): Promise<void> {
  const database = live(stage);
  if (database) await readOne(stage, database);
}

async function list(stage: Stage): Promise<void> {
  const { soak, tenant } = stage;
  const answer = await ask(stage, "listDatabases", "GET", "/databases?limit=100");
  if (!answer) return;
  const listed: { uuid: string }[] = answer.body.data;
  const uuids = new Set(listed.map(({ uuid }) => uuid));
  for (const { uuid, life, label } of tenant.databases) {
    const isListed = uuid !== null && uuids.has(uuid);
    if (life === "live" && !isListed) {
      soak.report({ kind: "lost database", what: `${tenant.name} ${label} is not in the list` });
    }
    if (life === "deleted" && isListed) {
      soak.report({ kind: "works after its end", what: `${tenant.name} ${label} is listed` });
    }
  }
}

async function rename(stage: Stage): Promise<void> {
  const { tenant, step } = stage;
  const database = live(stage);
  if (!database) return await create(stage);
  const name = `${tenant.name}-r${step}`;
  database.names = [...database.names, name];
  database.updates.most += 1;
  const path = `/databases/${database.uuid}`;
  const options = { body: { name }, mayWalkAway: true };
  const answer = await ask(stage, "updateDatabase", "PATCH", path, options);
  if (!answer) return;
  database.names = [name];
  database.updates.least += 1;
  learn(stage, database, answer.body.data);
}

async function changeQuotas(stage: Stage): Promise<void> {
  const { soak, tenant, random } = stage;
  const database = live(stage);
  if (!database) return await create(stage);
  const limit = random.chance(0.2) ? null : random.between(4, 10);
  database.limits = [...database.limits, limit];
  database.updates.most += 1;
  const path = `/databases/${database.uuid}/quotas`;
  const answer = await ask(stage, "updateDatabaseQuotas", "PATCH", path, {
    body: { connection_hard_limit: limit },
    mayWalkAway: true,
  });
  if (!answer) return;
  database.limits = [limit];
  database.updates.least += 1;
  const shown = answer.body.data.quotas.connection_hard_limit;
  if (shown === limit) return;
  const what = `${tenant.name} ${database.label}: ${limit} connections are answered as ${shown}`;
  soak.report({ kind: "wrong state", what });
}

async function rotate(stage: Stage): Promise<void> {
  const { random } = stage;
  const database = live(stage);
  if (!database) return await create(stage);
  database.updates.most += 1;
  database.isStringStale = true;
  const path = `/databases/${database.uuid}/credentials/rotate`;
  const answer = await ask(stage, "rotateDatabaseCredentials", "POST", path, {
    body: { overlap_seconds: random.pick([0, 60, 3_600]) },
    also: [202],
    mayWalkAway: true,
  });
  if (answer?.status !== 200) return;
  database.updates.least += 1;
  database.isStringStale = false;
  learn(stage, database, answer.body.data);
  // The newest is the last, were it answered before.
  const url = answer.body.data.connection_string;
  database.strings = [...database.strings.filter((each) => each !== url), url];
}

async function remove(stage: Stage): Promise<void> {
  const { tenant } = stage;
  const lives = tenant.databases.filter(({ life }) => life === "live");
  const database = lives.length > 2 ? live(stage) : undefined;
  if (!database) return await poll(stage);
  database.life = "maybe deleted";
  const path = `/databases/${database.uuid}`;
  const answer = await ask(stage, "deleteDatabase", "DELETE", path, { mayWalkAway: true });
  if (answer) database.life = "deleted";
}

/** A row over a connection of the customer's own. */
async function writeAsCustomer(stage: Stage): Promise<void> {
  const { tenant, step } = stage;
  const database = live(stage);
  if (!database) return await create(stage);
  if (database.isStringStale) {
    await readOne(stage, database);
    if (database.strings.length > 0) database.isStringStale = false;
  }
  const url = database.strings.at(-1) ?? "";
  const entry = `${tenant.name}-${step}`;
  const text = "CREATE TABLE IF NOT EXISTS soak_ledger (entry varchar(80) NOT NULL)";
  database.ledger.set(entry, "at most once");
  try {
    await customerRows(database.engine, url, text);
    await customerRows(database.engine, url, `INSERT INTO soak_ledger VALUES ('${entry}')`);
    database.ledger.set(entry, "once");
  } catch {
    // A server that is broken just now; whether the row is there nobody knows.
    database.isStringStale = true;
  }
}

/** About the tables of the shop's blueprint. */
const questions: readonly [string, ...string[]] = [
  "How many customers are there?",
  "How many products are there?",
  "How many order items are there?",
  "List the name of all products.",
];

async function askQuestion(stage: Stage): Promise<void> {
  const { soak, random } = stage;
  const database = live(stage, ({ hasShop }) => hasShop);
  if (!database) return await create(stage);
  const body = { database_uuid: database.uuid, query: random.pick(questions) };
  const answer = await ask(stage, "createQueryExecution", "POST", "/query_executions", { body });
  if (!answer || answer.body.result.rows.length > 0) return;
  soak.report({ kind: "wrong state", what: `${database.label}: no rows for "${body.query}"` });
}

function reading(what: string, path: string): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await ask(stage, what, "GET", path);
  };
}

const databaseSteps: Steps<Stage> = [
  [{ name: "create", run: create }, 14],
  [{ name: "poll", run: poll }, 12],
  [{ name: "read", run: read }, 8],
  [{ name: "list", run: list }, 6],
  [{ name: "rename", run: rename }, 6],
  [{ name: "quotas", run: changeQuotas }, 6],
  [{ name: "rotate", run: rotate }, 4],
  [{ name: "delete", run: remove }, 7],
  [{ name: "customer's row", run: writeAsCustomer }, 16],
  [{ name: "question", run: askQuestion }, 6],
  [{ name: "me", run: reading("getMe", "/me") }, 2],
  [{ name: "types", run: reading("getDatabaseTypes", "/database_types") }, 1],
  [{ name: "operations", run: reading("listOperations", "/operations?limit=20") }, 2],
  [{ name: "events", run: reading("listEvents", "/events?limit=50") }, 2],
];

/** All that a program does, and how often. */
export const polykomosSteps: Steps<Stage> = [
  ...databaseSteps,
  ...webhookSteps,
  ...blueprintSteps,
  ...keySteps,
];
