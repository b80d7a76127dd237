import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  auditDatabases,
  auditEnded,
  auditLogin,
  type MadeDatabase,
} from "../../soak/database-audit.ts";
import { type Database, newDatabase, type Shown, type Tenant } from "../../soak/database-model.ts";
import { auditDelivered, auditEvents, auditMessages, messageIdOf } from "../../soak/event-audit.ts";
import type { Finding } from "../../soak/finding.ts";
import { type Exchange, faultOf } from "../../soak/journal.ts";
import { auditGrowth, growthOf } from "../../soak/memory.ts";
import { createOutages } from "../../soak/outages.ts";
import { timesOf } from "../../soak/probe.ts";
import { auditRows, auditVersions, type ReadRow } from "../../soak/puma-audit.ts";
import {
  type Account,
  acknowledged,
  attempted,
  contentOf,
  newRow,
  type Row,
} from "../../soak/puma-model.ts";
import { auditLog } from "../../soak/secrets.ts";
import { auditServer, type StoredDatabase } from "../../soak/server-audit.ts";

/** A soak is worth what its audit finds: each kind of loss is planted, and reported. */
function kinds(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}

/** A row as it was written by those numbers, and as its client was told. */
function writtenRow(mark: string, ...numbers: number[]): Row {
  const row = newRow("notes", mark);
  for (const number of numbers) acknowledged(row, number);
  row.id = `id-${mark}`;
  return row;
}

function accountOf(...rows: Row[]): Account {
  return { name: "agent", key: "", rows, halfKnownBatches: [] };
}

function readRow(mark: string, n: number): ReadRow {
  return { ...contentOf(mark, n), id: `id-${mark}`, created_at: "then", updated_at: "then" };
}

describe("the audit of pumaDB finds nothing in", () => {
  test("rows as they were acknowledged", () => {
    const account = accountOf(writtenRow("a", 1), writtenRow("b", 2, 5));
    expect(auditRows(account, { notes: [readRow("a", 1), readRow("b", 5)] })).toEqual([]);
  });

  test.each([
    ["done", [readRow("a", 7)]],
    ["not done", [readRow("a", 1)]],
  ])("an attempt that was not answered and was %s", (_, notes) => {
    const row = writtenRow("a", 1);
    attempted(row, 7, 1);
    expect(auditRows(accountOf(row), { notes })).toEqual([]);
  });
});

describe("the audit of pumaDB reports", () => {
  test.each<[string, string, ReadRow[]]>([
    ["a dropped row", "lost write", []],
    ["a row there twice", "doubled", [readRow("a", 5), readRow("a", 5)]],
    ["an older state", "wrong state", [readRow("a", 1)]],
    ["another id", "wrong state", [{ ...readRow("a", 5), id: "another" }]],
    ["a content cut off", "damaged", [{ ...readRow("a", 5), text: "cut" }]],
    ["a row nobody wrote", "unknown row", [readRow("a", 5), readRow("b", 1)]],
  ])("%s", (_, kind, notes) => {
    expect(kinds(auditRows(accountOf(writtenRow("a", 1, 5)), { notes }))).toEqual([kind]);
  });

  test("a row that was deleted and is there", () => {
    const row = writtenRow("a", 1);
    acknowledged(row, "none");
    const findings = auditRows(accountOf(row), { notes: [readRow("a", 1)] });
    expect(kinds(findings)).toEqual(["wrong state"]);
  });

  test("half of a batch that was not answered", () => {
    const rows = ["a", "b"].map((mark) => newRow("notes", mark));
    for (const row of rows) attempted(row, 1, 1);
    const account = { ...accountOf(...rows), halfKnownBatches: [["a", "b"]] };
    expect(kinds(auditRows(account, { notes: [readRow("a", 1)] }))).toEqual(["wrong state"]);
    expect(auditRows(account, { notes: [] })).toEqual([]);
  });

  const versions = [
    { version: 2, row: readRow("a", 2) },
    { version: 1, row: readRow("a", 1) },
  ];
  test.each([
    ["a lost version", versions.slice(1), "lost write"],
    ["a version too many", [{ version: 3, row: readRow("a", 9) }, ...versions], "wrong state"],
    [
      "versions in another order",
      versions.map((v, i) => ({ ...v, row: readRow("a", i + 1) })),
      "wrong state",
    ],
    ["versions misnumbered", versions.map((v) => ({ ...v, version: 2 })), "wrong state"],
  ])("%s", (_, found, kind) => {
    const row = writtenRow("a", 1, 2, 3);
    expect(auditVersions(accountOf(row), row, versions)).toEqual([]);
    expect(kinds(auditVersions(accountOf(row), row, found))).toContain(kind);
  });
});

const secret = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;

function tenantOf(...databases: Database[]): Tenant {
  const common = { name: "program", teamId: 1, key: "", endpoints: [] };
  return { ...common, databases, blueprintUuid: "", shopUuid: "" };
}

function liveDatabase(label = "db"): Database {
  const database = newDatabase(label, "postgres", false);
  return { ...database, uuid: `uuid-${label}`, life: "live", strings: ["postgresql://…"] };
}

function shownAs(label: string, fields: Partial<Shown> = {}): Shown {
  return {
    ...{ uuid: `uuid-${label}`, name: label, status: "active", db_type: "postgres" },
    ...{ quotas: { connection_hard_limit: null }, connection_string: "", db_password: null },
    ...fields,
  };
}

function madeOnce(label: string, uuid = `uuid-${label}`): MadeDatabase {
  return { uuid, label, wasGivenUp: false };
}

describe("the audit of databases reports", () => {
  const tenant = tenantOf(liveDatabase());
  test.each<[string, Shown[], MadeDatabase[], string[]]>([
    ["nothing where all is as acknowledged", [shownAs("db")], [madeOnce("db")], []],
    ["a dropped database", [], [madeOnce("db")], ["lost database"]],
    [
      "one creation that made two databases",
      [shownAs("db"), shownAs("twin", { name: "other" })],
      [madeOnce("db"), madeOnce("db", "uuid-twin")],
      ["doubled"],
    ],
    [
      "two live databases of one name",
      [shownAs("db"), shownAs("twin", { name: "db" })],
      [madeOnce("db")],
      ["doubled"],
    ],
    [
      "a database nobody asked for",
      [shownAs("db")],
      [madeOnce("db"), madeOnce("stray")],
      ["orphan"],
    ],
    ["another name", [shownAs("db", { name: "x" })], [madeOnce("db")], ["wrong state"]],
    [
      "one that never became ready",
      [shownAs("db", { status: "provisioning" })],
      [],
      ["wrong state"],
    ],
    [
      "another quota",
      [shownAs("db", { quotas: { connection_hard_limit: 3 } })],
      [madeOnce("db")],
      ["wrong state"],
    ],
  ])("%s", (_, listed, made, expected) => {
    expect(kinds(auditDatabases(tenant, listed, made))).toEqual(expected);
  });

  test("a deleted database that is listed, and one whose login still works", () => {
    const deleted: Database = { ...liveDatabase(), life: "deleted" };
    const findings = auditDatabases(tenantOf(deleted), [shownAs("db")], [madeOnce("db")]);
    expect(kinds(findings)).toEqual(["works after its end"]);
    const login = { outcome: "in", ledger: [] } as const;
    expect(kinds(auditEnded(tenantOf(deleted), deleted, login))).toEqual(["works after its end"]);
    const refused = { outcome: "refused", why: "locked" } as const;
    expect(auditEnded(tenantOf(deleted), deleted, refused)).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ["nothing where every row is there once", ["a"], []],
    ["a customer's row that is gone", [], ["lost write"]],
    ["a blueprint that was applied twice", ["a", "a"], ["doubled"]],
    ["a rehearsal that wrote", ["a", "rehearsed"], ["doubled"]],
    ["a row nobody wrote", ["a", "x"], ["unknown row"]],
  ])("%s", (_, ledger, expected) => {
    const database = liveDatabase();
    database.ledger.set("a", "once");
    database.ledger.set("rehearsed", "never");
    database.ledger.set("lost answer", "at most once");
    const findings = auditLogin(tenant, database, { outcome: "in", ledger });
    expect(kinds(findings)).toEqual(expected);
  });

  test("a connection string that does not let in", () => {
    const login = { outcome: "refused", why: "password authentication failed" } as const;
    expect(kinds(auditLogin(tenant, liveDatabase(), login))).toEqual(["lost database"]);
  });
});

test.each<[string, string[], string[], string[]]>([
  ["nothing where server and rows agree", ["db", "_p9"], ["u7", "u7b", "q7_ro", "u9"], []],
  ["a database of nobody", ["db", "stray"], ["u7"], ["orphan"]],
  ["a login of nobody", ["db"], ["u7", "u8"], ["orphan"]],
  ["a reader of nobody", ["db"], ["u7", "q8_ro"], ["orphan"]],
  ["a database that is gone", [], ["u7"], ["missing on server"]],
  ["a login that is gone", ["db"], ["q7_ro"], ["missing on server"]],
])("the audit of servers reports %s", (_, databases, logins, expected) => {
  const stored: StoredDatabase[] = [
    { id: 7, uuid: "seven", status: "active", dbName: "db" },
    { id: 9, uuid: "nine", status: "pooled", dbName: "pool-nine" },
  ];
  expect(kinds(auditServer("pg", { databases, logins }, stored))).toEqual(expected);
});

describe("the audit of events reports", () => {
  const uid = "0b8f6c1e-3b7d-4a52-a0f4-c1d2e3f40516";
  const endpoint = { id: 1, path: "/all", secrets: [secret], isRevoked: false, asked: 0 };

  function message(body: string, signedBody = body) {
    const id = messageIdOf(uid);
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key).update(`${id}.1767225600.${signedBody}`);
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": "1767225600",
      "webhook-signature": `v1,${signature.digest("base64")}`,
    };
    return { path: "/all", atMs: 0, body, headers };
  }

  const event = (type: string) => ({ uid, type, uuid: "uuid-db" });

  test("a change without its event, and an event too many", () => {
    const database = liveDatabase();
    database.updates = { least: 1, most: 1 };
    const right = ["database.provisioning", "database.provisioned", "database.updated"].map(event);
    expect(auditEvents("program", [database], right)).toEqual([]);
    expect(kinds(auditEvents("program", [database], right.slice(0, 2)))).toEqual(["missing event"]);
    const doubled = [...right, event("database.updated")];
    expect(kinds(auditEvents("program", [database], doubled))).toEqual(["doubled"]);
  });

  test("an event that never came", () => {
    const events = [event("database.updated")];
    const came = [message(`{"id":"${messageIdOf(uid)}"}`)];
    expect(auditDelivered(endpoint, came, events)).toEqual([]);
    expect(kinds(auditDelivered(endpoint, [], events))).toEqual(["event not delivered"]);
  });

  test("a message that is not signed by any of its secrets, or is not the same twice", () => {
    const right = message(`{"id":"${messageIdOf(uid)}"}`);
    expect(auditMessages(endpoint, [right, right])).toEqual([]);
    const forged = message(right.body, "something else");
    expect(kinds(auditMessages(endpoint, [forged]))).toEqual(["unverified message"]);
    const another = message(`{"id":"${messageIdOf(uid)}","n":2}`);
    expect(kinds(auditMessages(endpoint, [right, another]))).toEqual(["unverified message"]);
  });
});

test.each([
  ["a key that was given out", "the key is s3cretS3cretS3cret here"],
  ["what has the shape of a key", "pk_live_abc123_0123456789abcdef0123456789"],
  ["a signing secret", `signed with ${secret}`],
  ["a connection string with its password", "at postgresql://u7:hunter2hunter2@127.0.0.1:5432/db"],
  ["a bearer token", '{"authorization":"Bearer abcdefghijklmnopqrstuvwxyz"}'],
])("the log's audit reports %s, and not the secret itself", (_, line) => {
  const secrets = new Map([["s3cretS3cretS3cret", "a key"]]);
  const findings = auditLog(["all is well", line], secrets);
  expect(kinds(findings)).toEqual(["secret in the log"]);
  expect(findings[0]?.what).toContain("in line 2");
  expect(JSON.stringify(findings)).not.toMatch(/s3cret|hunter2|0123456789abcdef/);
  const scrubbed = ["pk_live_abc_…", "postgresql://u7:…@host/db", "Bearer …", "all is well"];
  expect(auditLog(scrubbed, secrets)).toEqual([]);
});

describe("an answer from 500 on", () => {
  let nowMs = 0;
  const outages = createOutages(() => nowMs);
  nowMs = 1_000;
  const end = outages.begin("link cut", "polykomos");
  nowMs = 2_000;
  end();

  const exchange: Exchange = {
    ...{ api: "polykomos", what: "createDatabase", status: 503, retryAfter: "2", text: "" },
    ...{ fromMs: 1_900, toMs: 2_500 },
  };

  test("is excused as 503 with Retry-After for what an outage reached", () => {
    expect(faultOf(exchange, outages)).toBeNull();
    expect(faultOf({ ...exchange, status: 404 }, outages)).toBeNull();
  });

  test.each<[string, Partial<Exchange>]>([
    ["another status", { status: 500 }],
    ["no Retry-After", { retryAfter: null }],
    ["before the outage", { fromMs: 100, toMs: 900 }],
    ["after the outage", { fromMs: 2_001 }],
    ["an API that the outage cannot reach", { api: "puma" }],
  ])("is reported with %s", (_, fields) => {
    expect(faultOf({ ...exchange, ...fields }, outages)?.kind).toBe("server error");
  });
});

test("memory is judged by the longest life of the Worker after its warm-up", () => {
  const life = (number: number, seconds: number, megabytesAt: (second: number) => number) =>
    Array.from({ length: seconds }, (_, second) => ({
      ...{ atMs: number * 1_000_000 + second * 1_000, life: number, megabytes: 300 },
      // Now and then it is not asked.
      liveMb: second % 7 === 0 ? null : megabytesAt(second),
      tookMs: 100,
    }));
  const flat = life(2, 150, (second) => (second < 50 ? 100 : 200));
  expect(auditGrowth(growthOf([...life(1, 120, (second) => second * 10), ...flat]))).toEqual([]);
  const rising = life(2, 150, (second) => 100 + second);
  expect(kinds(auditGrowth(growthOf(rising)))).toEqual(["memory grows"]);
  expect(growthOf(life(1, 68, () => 100))).toBeNull();
});

test("reads are judged by those that neither an outage nor the run's own measuring held up", () => {
  const soak = { outages: createOutages() };
  const read = (fromMs: number, ms: number) => ({ fromMs, ms, status: 200 });
  const quick = Array.from({ length: 500 }, (_, n) => read(Date.now() + n * 10, 5));
  const held = Array.from({ length: 50 }, (_, n) => read(Date.now() + 10_000 + n, 80));
  const collection = { atMs: performance.now() + 9_900, tookMs: 1_000 };
  expect(timesOf(soak, [...quick, ...held])).toMatchObject({ count: 550, p99Ms: 80 });
  expect(timesOf(soak, [...quick, ...held], [collection])).toMatchObject({ count: 500, p99Ms: 5 });
});
