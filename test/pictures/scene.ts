import mysql from "mysql2/promise";
import pg from "pg";
import { createPolykomos, type Polykomos } from "../../sdk/src/index.ts";
import type { RunningWorker } from "../support/worker.ts";

/** What the pictures show: a team's databases after a week of use, made and filled through the API. */
export type Person = { email: string; name: string };

type Planned = {
  name: string;
  db_type?: string;
  plan?: "free" | "launch" | "grow";
  storage_hard_limit_gb?: number;
  ttl_seconds?: number;
  /** Megabytes written, and sessions open, in each quarter of a day. */
  grows(quarter: number): number;
  sessions(quarter: number): number;
};

const quarters = 26;
const quarterMs = 6 * 3_600_000;
const daySeconds = 86_400;

/** Busy by day, quiet by night. */
function byDay(quarter: number, most: number): number {
  return quarter % 4 === 0 ? 1 : Math.ceil(most * (0.5 + 0.5 * Math.sin(quarter)));
}

const planned: readonly Planned[] = [
  {
    name: "scratch",
    ttl_seconds: 9 * daySeconds,
    grows: (quarter) => (quarter % 6 === 5 ? 3 : 0),
    sessions: (quarter) => (quarter % 6 === 5 ? 2 : 0),
  },
  {
    name: "shop",
    db_type: "mysql",
    plan: "launch",
    storage_hard_limit_gb: 0.2,
    grows: (quarter) => (quarter % 3 === 0 ? 5 : 1),
    sessions: (quarter) => byDay(quarter, 9),
  },
  {
    name: "analytics",
    plan: "launch",
    storage_hard_limit_gb: 0.25,
    grows: (quarter) => 2 + (quarter % 5),
    sessions: (quarter) => byDay(quarter, 5),
  },
  {
    name: "billing",
    storage_hard_limit_gb: 0.1,
    grows: (quarter) => (quarter < 12 ? 2 : 4),
    sessions: (quarter) => byDay(quarter, 7),
  },
];

/** Something that writes to a database, and holds sessions on it. */
type User = { write(megabytes: number): Promise<void>; hold(count: number): Promise<void> };

async function held<Session extends { end(): Promise<unknown> }>(
  sessions: Session[],
  count: number,
  open: () => Promise<Session>,
): Promise<void> {
  while (sessions.length > count) await sessions.pop()?.end();
  while (sessions.length < count) sessions.push(await open());
}

function postgresUser(url: string): User {
  const sessions: pg.Client[] = [];
  const open = async () => {
    const client = new pg.Client(url);
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  return {
    async write(megabytes) {
      const client = await open();
      await client.query("CREATE TABLE IF NOT EXISTS entries (body text)");
      await client.query(
        "INSERT INTO entries SELECT repeat(md5(n::text), 31) FROM generate_series(1, $1::int) n",
        [megabytes * 1_000],
      );
      await client.end();
    },
    hold: (count) => held(sessions, count, open),
  };
}

function mysqlUser(url: string): User {
  const sessions: mysql.Connection[] = [];
  const open = () => mysql.createConnection(url);
  const body = "repeat(md5(rand()), 31)";
  return {
    async write(megabytes) {
      const connection = await open();
      await connection.query("CREATE TABLE IF NOT EXISTS entries (body text)");
      const rows = Array.from({ length: 500 }, () => `(${body})`).join(",");
      for (let part = 0; part < megabytes * 2; part++) {
        await connection.query(`INSERT INTO entries VALUES ${rows}`);
      }
      await connection.end();
    },
    hold: (count) => held(sessions, count, open),
  };
}

/** Makes the databases and lives a week with them. Leaves their sessions open. */
export async function aWeekOfUse(
  worker: RunningWorker,
  key: string,
  sweep: () => Promise<void>,
  hasMysql: boolean,
): Promise<void> {
  const polykomos = createPolykomos({ url: worker.url, key });
  const here = planned.filter(({ db_type }) => hasMysql || db_type !== "mysql");
  const users: [Planned, User][] = [];
  for (const each of here) users.push([each, await made(polykomos, each)]);
  for (let quarter = 1; quarter <= quarters; quarter++) {
    await worker.moveClock(quarterMs);
    for (const [{ grows, sessions }, user] of users) {
      await user.write(grows(quarter));
      await user.hold(sessions(quarter));
    }
    await sweep();
    console.log(`day ${Math.ceil(quarter / 4)}, quarter ${((quarter - 1) % 4) + 1}`);
  }
}

async function made(polykomos: Polykomos, { grows, sessions, ...body }: Planned): Promise<User> {
  const { data } = await polykomos.createDatabase({ body });
  const { connection_string: url } = await polykomos.waitUntilReady(data.uuid);
  return body.db_type === "mysql" ? mysqlUser(url) : postgresUser(url);
}
