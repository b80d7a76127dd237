import { sqlState } from "../../../db/errors.ts";
import type { QuestionLimits, ReaderSession } from "../../../fleet/questions.ts";
import type { Clock } from "../../../lib/clock.ts";
import { errorText } from "../../../lib/kept-text.ts";
import type { Log } from "../../../lib/log.ts";
import type { Place } from "../../databases/place.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { checkStatement } from "../guard/check.ts";
import type { RefusalCode, StatementClass, Verdict } from "../guard/verdict.ts";
import type { Translator, TranslatorName } from "../translator.ts";
import { makeProbe } from "../values/probe.ts";
import type { Catalogs } from "./catalogs.ts";
import type { Outcome, Written } from "./outcome.ts";
import { isRightMissing, isTimeout, noneIfLate } from "./refusals.ts";
import { translate } from "./translate.ts";
import { type WithReaderDeps, withReader } from "./with-reader.ts";

/** From a question to what became of it in its database. The store is the caller's part. */
export type RunQuestionDeps = WithReaderDeps & {
  clock: Clock;
  log: Log;
  translators: readonly Translator[];
  catalogs: Catalogs;
};

type QuestionRun = {
  place: Place;
  readerPasswordSealed: string | null;
  question: string;
  /** What was written before and has been said yes to; null: to be translated. */
  consented: { sql: string; translator: TranslatorName; confidence: number } | null;
  limits: QuestionLimits;
  /** A change of more rows is undone, unless somebody has said yes to it. */
  affectedRowsMax: number;
  /** The scope that a statement of a class needs and the key lacks; null: none. */
  missingScope(statementClass: StatementClass): string | null;
  examples(): Promise<readonly { question: string; sql: string }[]>;
  /** Called before a change is run. */
  onChange(written: Written): Promise<void>;
};

/** Runs a question. What the server says no to is an outcome; what is nobody's fault is thrown. */
export async function runQuestion(deps: RunQuestionDeps, run: QuestionRun): Promise<Outcome> {
  const { place, limits } = run;
  const decided = await withReader(
    deps,
    place,
    run.readerPasswordSealed,
    limits.timeoutMs,
    async (session, isLastTry) => {
      const { databaseId } = place.tenant;
      const catalog = await deps.catalogs.of(session, databaseId, place.server.engine);
      const written = await write(deps, run, session, catalog);
      if ("kind" in written) return written;
      const refused = stopBefore(run, written);
      if (refused) return refused;
      if (written.statementClass !== "read") return { written, schemas: schemasOf(catalog) };
      try {
        const answer = await session.read(written.sql, schemasOf(catalog), limits);
        return { kind: "read" as const, written, answer };
      } catch (error) {
        if (isRightMissing(error) && !isLastTry) throw error;
        return failed(written, error, limits);
      }
    },
  );
  return "kind" in decided ? decided : await change(deps, run, decided);
}

/** Where names without a schema are looked for: `public` first, then the others by name. */
function schemasOf(catalog: Catalog): string[] {
  const schemas = new Set(catalog.tables.map(({ schema }) => schema));
  schemas.delete("public");
  return ["public", ...[...schemas].sort()];
}

type NotWritten = Extract<Outcome, { kind: "not_understood" | "not_allowed" }>;

/** The checked statement of a question, or why there is none. */
async function write(
  deps: RunQuestionDeps,
  run: QuestionRun,
  session: ReaderSession,
  catalog: Catalog,
): Promise<Written | NotWritten> {
  const dialect = run.place.server.engine;
  if (run.consented) {
    const verdict = await checkStatement(dialect, run.consented.sql, catalog);
    return writtenBy(verdict, run.consented);
  }
  const { translation, translator } = await translate(deps, {
    text: run.question,
    dialect,
    catalog,
    now: new Date(deps.clock()),
    // Without it a translator knows less and still can answer.
    probe: makeProbe(catalog, dialect, (sql, params) => noneIfLate(session.rows(sql, params))),
    examples: run.examples,
    async check(sql) {
      const verdict = await checkStatement(dialect, sql, catalog);
      if (verdict.kind === "refused") {
        return { message: verdict.reason, isHopeless: hopeless.has(verdict.code) };
      }
      return verdict.class === "read"
        ? await explain(session, verdict.sql, catalog, run.limits)
        : null;
    },
  });
  if (translation.kind === "refused") {
    const { code, unknown, suggestions } = translation;
    return { kind: "not_understood", code, translator, unknown, suggestions };
  }
  const { sql, confidence } = translation;
  const verdict = await checkStatement(dialect, sql, catalog);
  return writtenBy(verdict, { sql, translator, confidence });
}

function writtenBy(
  verdict: Verdict,
  from: { sql: string; translator: TranslatorName; confidence: number },
): Written | NotWritten {
  const { translator, confidence } = from;
  if (verdict.kind === "refused") {
    const { code, reason } = verdict;
    return { kind: "not_allowed", sql: from.sql, translator, reason, code };
  }
  const { sql, class: statementClass, confirm } = verdict;
  return { sql, statementClass, confirm, translator, confidence };
}

/** What no mending makes allowed; the guard then refuses it with its own words. */
const hopeless: ReadonlySet<RefusalCode> = new Set(["not_allowed", "several_statements"]);

async function explain(
  session: ReaderSession,
  sql: string,
  catalog: Catalog,
  limits: QuestionLimits,
): Promise<{ message: string; isHopeless: boolean } | null> {
  try {
    await session.explain(sql, schemasOf(catalog), limits);
    return null;
  } catch (error) {
    if (sqlState(error) === null) throw error;
    // The reader is given it when the statement itself meets this.
    if (isRightMissing(error)) return null;
    return { message: errorText(error, messageCharsMax), isHopeless: false };
  }
}

function stopBefore(run: QuestionRun, written: Written): Outcome | null {
  const scope = run.missingScope(written.statementClass);
  if (scope !== null) return { kind: "scope_missing", written, scope };
  if (written.confirm === null || run.consented) return null;
  return { kind: "confirm", written, reason: written.confirm };
}

async function change(
  deps: RunQuestionDeps,
  run: QuestionRun,
  { written, schemas }: { written: Written; schemas: readonly string[] },
): Promise<Outcome> {
  const { server, tenant } = run.place;
  const { limits } = run;
  const runner = deps.questionRunners[server.engine];
  await run.onChange(written);
  try {
    if (written.statementClass === "ddl") {
      deps.catalogs.forget(tenant.databaseId);
      await runner.define(server, tenant, written.sql, schemas, limits.timeoutMs);
      return { kind: "defined", written };
    }
    const max = run.consented ? null : run.affectedRowsMax;
    const bounds = { affectedMax: max, timeoutMs: limits.timeoutMs };
    const { affectedRows, isKept } = await runner.change(
      server,
      tenant,
      written.sql,
      schemas,
      bounds,
    );
    if (isKept) return { kind: "changed", written, affectedRows };
    return { kind: "too_many_rows", written, affectedRows, max: run.affectedRowsMax };
  } catch (error) {
    return failed(written, error, limits);
  }
}

/** The connection was lost or the server is going down: nobody knows what it has done. */
const lostStates = /^(08|57P)/;
const messageCharsMax = 1_000;

function failed(written: Written, error: unknown, limits: QuestionLimits): Outcome {
  const state = sqlState(error);
  if (state === null || lostStates.test(state)) throw error;
  const message = isTimeout(error)
    ? `The statement took longer than ${limits.timeoutMs / 1_000} seconds and was ended`
    : errorText(error, messageCharsMax);
  return { kind: "failed", written, message };
}
