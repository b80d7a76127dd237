import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { shopStatements, shopTables } from "../../dev/shop.ts";
import { loadMysqlGrammar } from "../../src/polykomos/blueprints/sql/mysql-parser.ts";
import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import { introspectMysql } from "../../src/polykomos/queries/catalog/introspect-mysql.ts";
import { introspectPostgres } from "../../src/polykomos/queries/catalog/introspect-postgres.ts";
import type { ReadRows } from "../../src/polykomos/queries/catalog/port.ts";
import { checkMysql } from "../../src/polykomos/queries/guard/mysql.ts";
import { checkPostgres } from "../../src/polykomos/queries/guard/postgres.ts";
import { checkedText, type Verdict, verdictOf } from "../../src/polykomos/queries/guard/verdict.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import type { Translation } from "../../src/polykomos/queries/translator.ts";
import { makeProbe } from "../../src/polykomos/queries/values/probe.ts";
import { digestIn, digestOf, openSql, type Sql } from "../support/blueprints.ts";
import { mysqlServer } from "../support/mysql.ts";
import { nodePostgresParser } from "../support/postgres-parser.ts";
import {
  definitions,
  deletions,
  inserts,
  unclear,
  updates,
  type WriteCase,
} from "../support/question-writes.ts";

/**
 * Sentences that change the shop, on both engines, judged by what stands there afterwards: the same as
 * after the statement that says what was meant.
 */
const now = new Date("2024-07-15T10:00:00Z");
const rightMin = 0.85;

for (const engine of ["postgres", "mysql"] as const) {
  describe.skipIf(engine === "mysql" && !inject("suite").mysql)(`on ${engine}`, () => {
    const name = `shop_${randomUUID().slice(0, 8)}`;
    let url = "";
    let session: Sql;
    let catalog: Catalog;
    let untouched = "";
    const lastKeys = new Map<string, number>();

    async function asOperator(statement: string): Promise<void> {
      const operator = await openSql(operatorUrl("postgres"));
      await operator.query(statement);
      await operator.end();
    }

    function operatorUrl(database: string): string {
      const login = engine === "mysql" ? mysqlServer() : inject("suite").postgres;
      const { host, port, user, password } = login;
      const scheme = engine === "mysql" ? "mysql" : "postgresql";
      const where = engine === "mysql" && database === "postgres" ? "mysql" : database;
      return `${scheme}://${user}:${encodeURIComponent(password)}@${host}:${port}/${where}`;
    }

    const read: ReadRows = (sql, params) => session.query(sql, params);

    /** Puts the shop as it was. */
    async function restore(): Promise<void> {
      const empty =
        engine === "mysql"
          ? [`DROP DATABASE ${name}`, `CREATE DATABASE ${name}`, `USE ${name}`]
          : ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"];
      for (const statement of [...empty, ...shopStatements(engine)]) await session.query(statement);
    }

    beforeAll(async () => {
      url = operatorUrl(name);
      await asOperator(`CREATE DATABASE ${name}`);
      session = await openSql(url);
      await restore();
      catalog =
        engine === "postgres" ? await introspectPostgres(read) : await introspectMysql(read);
      untouched = await digestOf(url);
      for (const table of shopTables) {
        const [row] = await session.query(`SELECT max(id) AS last FROM ${table}`);
        lastKeys.set(table, Number(row?.last));
      }
    });
    afterAll(async () => {
      await session.end();
      await asOperator(`DROP DATABASE IF EXISTS ${name}`);
    });

    async function ask(text: string): Promise<Translation> {
      const probe = makeProbe(catalog, engine, read);
      const given = { text, catalog, dialect: engine, now, probe } as const;
      return await embeddedTranslator.translate(given);
    }

    /** The state after a statement; the database is as before afterwards. */
    async function stateAfter(statement: string): Promise<string> {
      const isChangeOfRows = /^(INSERT|UPDATE|DELETE)/.test(statement);
      // MySQL commits what defines tables, so there the shop is put up again.
      if (!isChangeOfRows && engine === "mysql") {
        await session.query(statement);
        const state = await digestOf(url);
        await restore();
        return state;
      }
      await session.query(engine === "mysql" ? "START TRANSACTION" : "BEGIN");
      try {
        await session.query(statement);
        if (!isChangeOfRows) return await digestIn(session, false);
        const states: unknown[] = [];
        for (const table of shopTables) {
          const rows = await session.query(`SELECT * FROM ${table}`);
          const last = lastKeys.get(table) ?? 0;
          states.push(rows.map((row) => JSON.stringify(withoutNewKey(row, last))).sort());
        }
        return JSON.stringify(states);
      } finally {
        await session.query("ROLLBACK");
      }
    }

    async function verdictOf([question, gold]: WriteCase): Promise<string> {
      const translation = await ask(question);
      if (translation.kind !== "sql") return "refused";
      const checked = await checkSql(engine, translation.sql, catalog);
      if (checked.kind === "refused") return `not let through: ${checked.reason}`;
      const meant = typeof gold === "string" ? gold : gold[engine];
      const [is, should] = [await stateAfter(checked.sql), await stateAfter(meant)];
      return is === should ? "right" : `wrong: ${translation.sql}`;
    }

    test("what people ask to be changed is changed, and nothing else", async () => {
      const cases = [...inserts, ...updates, ...deletions, ...definitions];
      expect(cases.length).toBeGreaterThanOrEqual(120);
      const verdicts: [string, string][] = [];
      for (const each of cases) verdicts.push([each[0], await verdictOf(each)]);
      expect(verdicts.filter(([, verdict]) => verdict.startsWith("wrong"))).toEqual([]);
      const notRight = verdicts.filter(([, verdict]) => verdict !== "right");
      const right = 1 - notRight.length / cases.length;
      console.info(`${engine}: ${Math.round(right * 1_000) / 10} % of ${cases.length} are right`);
      expect(right, JSON.stringify(notRight)).toBeGreaterThanOrEqual(rightMin);
      expect(await digestOf(url)).toBe(untouched);
    }, 300_000);

    test("what leaves open which rows are meant is refused, with sentences that are understood", async () => {
      for (const text of unclear) {
        const translation = await ask(text);
        expect([text, translation.kind]).toEqual([text, "refused"]);
        if (translation.kind !== "refused") continue;
        expect(translation.suggestions.length).toBeGreaterThan(0);
        for (const suggestion of translation.suggestions) {
          expect([suggestion, (await ask(suggestion)).kind]).toEqual([suggestion, "sql"]);
        }
      }
    });
  });
}

async function checkSql(engine: "postgres" | "mysql", sql: string, catalog: Catalog) {
  const text = checkedText(sql);
  if (engine === "mysql") {
    const grammar = await loadMysqlGrammar();
    return verdictOf(() => checkMysql(grammar, text, catalog));
  }
  const parser = await nodePostgresParser();
  return verdictOf((): Verdict => checkPostgres(parser, text, catalog, () => {}));
}

/** Sequences do not go back with a transaction, so a new row's own key tells nothing. */
function withoutNewKey(row: Record<string, unknown>, last: number): Record<string, unknown> {
  return Number(row.id) > last ? { ...row, id: null } : row;
}
