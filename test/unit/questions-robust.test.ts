import { parse } from "libpg-query";
import { describe, expect, test } from "vitest";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import { clinic, school, shop } from "../support/question-catalogs.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const SOUPS = 400;
const LENGTH_MAX = 18;
const words =
  `show list how many what is the a of in for each per with without not no both and or , . ? ( ) " ' most
least highest average total number count distinct different sorted by order ascending more than less at
between 3 2023 12.5 2024-02-30 top 5 customers orders products name price city Paris status open students age major
doctors patients specialty same as whose that have never contains starts percent ; -- \\ % _ null`.split(
    /\s+/,
  );

/** The same "random" words every time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state;
  }
}

function soups(): string[] {
  const next = numbers(7);
  const draw = (below: number) => (next.next().value ?? 0) % below;
  return Array.from({ length: SOUPS }, () =>
    Array.from({ length: 1 + draw(LENGTH_MAX) }, () => words[draw(words.length)]).join(" "),
  );
}

const strange = [
  "",
  " ",
  "?",
  "🦄 🦄",
  "\u0000\u0001",
  "пожалуйста покажи клиентов",
  "顧客は何人いますか",
  "a ".repeat(1000),
  "customers ".repeat(200),
  '"'.repeat(999),
  "how many customers named \u2018Ada\u2019 or \u201cGrace\u201d are there",
  "1e999 -5 0x10 ٣",
];

describe("any text at all", () => {
  test("is answered or refused, never with an exception, and what is answered is one SELECT", async () => {
    const catalogs = [shop, clinic, school];
    for (const [at, text] of [...strange, ...soups()].entries()) {
      const catalog = catalogs[at % catalogs.length] ?? shop;
      const asked = { text, catalog, now: NOW, probe: async () => [] };
      for (const dialect of ["postgres", "mysql"] as const) {
        const answer = await embeddedTranslator.translate({ ...asked, dialect });
        if (answer.kind === "refused" || dialect === "mysql") continue;
        const { stmts = [] } = await parse(answer.sql);
        expect(stmts.map(({ stmt }) => Object.keys(stmt ?? {}))).toEqual([["SelectStmt"]]);
      }
    }
  });
});
