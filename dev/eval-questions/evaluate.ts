import type { Catalog } from "../../src/polykomos/queries/catalog/catalog.ts";
import { introspectMysql } from "../../src/polykomos/queries/catalog/introspect-mysql.ts";
import { introspectPostgres } from "../../src/polykomos/queries/catalog/introspect-postgres.ts";
import { embeddedTranslator } from "../../src/polykomos/queries/translate/translate.ts";
import type { Dialect, Translation } from "../../src/polykomos/queries/translator.ts";
import { makeProbe } from "../../src/polykomos/queries/values/probe.ts";
import { compareResults } from "./compare.ts";
import type { Session } from "./execute.ts";
import type { Gold, GoldCache } from "./gold.ts";
import type { EvalQuestion, QuestionSet } from "./question-sets.ts";
import type { Servers } from "./servers.ts";
import type { Verdict } from "./verdicts.ts";

type Evaluation = {
  set: QuestionSet;
  questions: EvalQuestion[];
  engine: Dialect;
  servers: Servers;
  golds: GoldCache;
};

/** Asks every question of the set, database by database, and judges what comes. */
export async function evaluateSet(evaluation: Evaluation): Promise<Verdict[]> {
  const { set, questions, engine, servers, golds } = evaluation;
  const verdicts: Verdict[] = [];
  for (const database of new Set(questions.map((question) => question.database))) {
    const postgres = await servers.open("postgres", set, database);
    const session = engine === "postgres" ? postgres : await servers.open(engine, set, database);
    if (engine === "mysql")
      await session.script("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
    const asked = questions.filter((question) => question.database === database);
    const right: [EvalQuestion, Gold[], boolean][] = [];
    for (const question of asked) {
      const gold = await golds.of(question, postgres);
      const agrees = engine === "postgres" || (await golds.agrees(question, gold, session));
      right.push([question, gold, agrees]);
    }
    if (engine === "mysql") await session.script("SET sql_mode = DEFAULT");
    const catalog = await introspect(engine, session);
    for (const [question, gold, agrees] of right) {
      const asking = { question, engine, catalog, session };
      const verdict = await judge(asking, gold);
      verdicts.push({ ...verdict, set: set.name, agrees });
    }
    await session.end();
    if (session !== postgres) await postgres.end();
  }
  return verdicts;
}

async function introspect(engine: Dialect, session: Session): Promise<Catalog> {
  return engine === "postgres"
    ? await introspectPostgres(session.read)
    : await introspectMysql(session.read);
}

type Asking = { question: EvalQuestion; engine: Dialect; catalog: Catalog; session: Session };

async function judge(
  asking: Asking,
  golds: readonly Gold[],
): Promise<Omit<Verdict, "set" | "agrees">> {
  const { question, engine, catalog, session } = asking;
  let probing = 0;
  const probe = makeProbe(catalog, engine, async (sql, params) => {
    const start = performance.now();
    const rows = await session.read(sql, params);
    probing += performance.now() - start;
    return rows;
  });
  const started = performance.now();
  const translation = await embeddedTranslator.translate({
    text: question.question,
    dialect: engine,
    catalog,
    now: new Date(),
    probe,
  });
  const milliseconds = performance.now() - started - probing;
  const { strict, superset, error } = await score(translation, golds, session);
  return {
    id: question.id,
    engine,
    database: question.database,
    level: question.level,
    question: question.question,
    gold: question.gold[0] ?? "",
    sealed: question.sealed,
    sql: translation.kind === "sql" ? translation.sql : null,
    error,
    confidence: translation.kind === "sql" ? translation.confidence : 0,
    strict,
    superset,
    milliseconds,
  };
}

async function score(translation: Translation, golds: readonly Gold[], session: Session) {
  if (translation.kind === "refused") return { strict: false, superset: false, error: null };
  try {
    const answer = await session.run(translation.sql);
    const likeness = golds.map(({ result, ordered }) => compareResults(result, answer, ordered));
    const strict = likeness.some((each) => each.strict);
    return { strict, superset: likeness.some((each) => each.superset), error: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { strict: false, superset: false, error: error.message };
  }
}
