import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { compareResults, isOrdered, type Result } from "../../dev/eval-questions/compare.ts";
import { openMariadb, openPostgres, type Session } from "../../dev/eval-questions/execute.ts";
import { shopStatements } from "../../dev/shop.ts";
import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import { introspectMysql } from "../../src/polykomos/queries/catalog/introspect-mysql.ts";
import { introspectPostgres } from "../../src/polykomos/queries/catalog/introspect-postgres.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import { makeProbe } from "../../src/polykomos/queries/values/probe.ts";
import { root } from "../support/build.ts";
import { mysqlServer } from "../support/mysql.ts";
import { shopChanges, shopQuestions, shopRefusals } from "../support/shop-questions.ts";

/** The documented questions about the demo's shop, on both engines, judged by their rows. */
const now = new Date("2024-07-15T10:00:00Z");
const name = `shop_${randomUUID().slice(0, 8)}`;
const golds = new Map<string, Result>();
let postgres: Session;

async function openOperator(database: string): Promise<Session> {
  const { host, port, user, password } = inject("suite").postgres;
  return await openPostgres({ host, port, user, password, database });
}

beforeAll(async () => {
  const operator = await openOperator("postgres");
  await operator.script(`CREATE DATABASE ${name}`);
  await operator.end();
  postgres = await openOperator(name);
  for (const statement of shopStatements("postgres")) await postgres.script(statement);
  for (const [question, gold] of shopQuestions) golds.set(question, await postgres.run(gold));
});
afterAll(async () => {
  await postgres.end();
  const operator = await openOperator("postgres");
  await operator.script(`DROP DATABASE ${name}`);
  await operator.end();
});

test("the document lists the questions, changes and refusals that are tested, and no others", () => {
  const document = readFileSync(join(root, "docs", "shop-questions.md"), "utf8");
  const listed = [...document.matchAll(/^- (.+)$/gm)].map(([, text]) => text);
  expect(listed).toEqual([
    ...shopQuestions.map(([question]) => question),
    ...shopChanges,
    ...shopRefusals,
  ]);
  expect([shopQuestions.length >= 60, shopChanges.length, shopRefusals.length]).toEqual([
    true,
    10,
    10,
  ]);
});

for (const engine of ["postgres", "mysql"] as const) {
  describe.skipIf(engine === "mysql" && !inject("suite").mysql)(`on ${engine}`, () => {
    let session: Session;
    let catalog: Catalog;

    beforeAll(async () => {
      if (engine === "postgres") {
        session = postgres;
        catalog = await introspectPostgres(session.read);
        return;
      }
      const { host, port, user, password } = mysqlServer();
      const login = { host, port, user, password };
      const operator = await openMariadb(login);
      await operator.script(`CREATE DATABASE ${name}`);
      await operator.end();
      session = await openMariadb(login, name);
      for (const statement of shopStatements("mysql")) await session.script(statement);
      catalog = await introspectMysql(session.read);
    });
    afterAll(async () => {
      if (engine === "postgres") return;
      await session.script(`DROP DATABASE ${name}`);
      await session.end();
    });

    async function ask(text: string) {
      const probe = makeProbe(catalog, engine, session.read);
      return await embeddedTranslator.translate({ text, catalog, dialect: engine, now, probe });
    }

    test.each(shopQuestions)("%s", async (question, gold) => {
      const translation = await ask(question);
      if (translation.kind !== "sql") throw new Error(`Refused: ${translation.unknown.join(" ")}`);
      const expected = golds.get(question);
      if (!expected) throw new Error("No gold");
      const found = await session.run(translation.sql);
      const verdict = compareResults(expected, found, isOrdered(gold));
      expect([translation.sql, verdict.strict, found.rows.length > 0]).toEqual([
        translation.sql,
        true,
        expected.rows.length > 0,
      ]);
    });

    test.each(shopChanges)("%s", async (text) => {
      expect(await ask(text)).toMatchObject({ kind: "sql" });
    });

    test.each(shopRefusals)("%s", async (text) => {
      expect(await ask(text)).toMatchObject({ kind: "refused" });
    });
  });
}
