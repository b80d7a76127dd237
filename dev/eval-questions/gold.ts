import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { compareResults, isOrdered, type Result } from "./compare.ts";
import type { Session } from "./execute.ts";
import type { EvalQuestion } from "./question-sets.ts";

/** A right result, and whether the order of its rows matters. */
export type Gold = { result: Result; ordered: boolean };

/** Results of gold statements, kept in a file: rows do not change between runs. */
export type GoldCache = {
  of(question: EvalQuestion, postgres: Session): Promise<Gold[]>;
  /** Whether PostgreSQL's gold gives the same result on MariaDB. */
  agrees(question: EvalQuestion, golds: Gold[], mariadb: Session): Promise<boolean>;
  save(): void;
};

type Kept = { gold: Record<string, Result | null>; agrees: Record<string, boolean> };

export function openGoldCache(file: string): GoldCache {
  const kept: Kept = existsSync(file)
    ? JSON.parse(readFileSync(file, "utf8"))
    : { gold: {}, agrees: {} };

  async function of(question: EvalQuestion, postgres: Session): Promise<Gold[]> {
    const golds: Gold[] = [];
    for (const sql of question.gold) {
      const key = `${question.database}\n${sql}`;
      kept.gold[key] ??= await runOrNull(postgres, sql);
      const result = kept.gold[key];
      if (result) golds.push({ result, ordered: isOrdered(sql) });
    }
    return golds;
  }

  async function agrees(question: EvalQuestion, golds: Gold[], mariadb: Session): Promise<boolean> {
    const [sql = ""] = question.gold;
    const key = `${question.database}\n${sql}`;
    const known = kept.agrees[key];
    if (known !== undefined) return known;
    const result = await runOrNull(mariadb, sql);
    const [gold] = golds;
    const same =
      result !== null && gold !== undefined && compareResults(gold.result, result, false).strict;
    kept.agrees[key] = same;
    return same;
  }

  function save(): void {
    writeFileSync(file, JSON.stringify(kept));
  }
  return { of, agrees, save };
}

async function runOrNull(session: Session, sql: string): Promise<Result | null> {
  try {
    return await session.run(sql);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
