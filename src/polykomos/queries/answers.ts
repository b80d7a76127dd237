import type { Fault } from "../../lib/fault.ts";
import { type Code, fault } from "../dialect.ts";
import type { StatementClass } from "./guard/verdict.ts";
import type { Answered, Outcome, Written } from "./run/outcome.ts";
import type { Earlier, Ending } from "./store.ts";
import { type TranslatorName, translatorNames } from "./translator.ts";

/** What is recorded of an outcome, and what the asker is told where it is no answer. */
export type Ended =
  | Exclude<Outcome, { kind: "confirm" }>
  | (Extract<Outcome, { kind: "confirm" }> & { consent: { hash: string; until: Date } });

/** The scope that a statement of a class needs and the key lacks; null: none. */
export function scopeFor(
  statementClass: StatementClass,
  permissions: readonly string[],
): string | null {
  const has = (scope: string) => permissions.includes(scope);
  switch (statementClass) {
    case "read":
      return has("queries:read") || has("queries:write") ? null : "queries:read";
    case "write":
      return has("queries:write") ? null : "queries:write";
    case "ddl":
      if (!has("queries:write")) return "queries:write";
      return has("databases:write") ? null : "databases:write";
  }
}

/** The name of a translator as it was recorded. */
export function translatorNamed(text: string): TranslatorName {
  const name = translatorNames.find((each) => each === text);
  if (name === undefined) throw new Error(`There is no translator ${text}`);
  return name;
}

const nothing: Ending = {
  status: "failed",
  sql: null,
  statementClass: null,
  translator: null,
  confidence: null,
  errorCode: null,
  errorMessage: null,
  rowCount: null,
  affectedRows: null,
  durationMs: 0,
  confirm: null,
};

/** What the store keeps of an outcome. */
export function endingOf(outcome: Ended, durationMs: number): Ending {
  const base: Ending = {
    ...nothing,
    ...("written" in outcome ? writing(outcome) : {}),
    durationMs,
  };
  switch (outcome.kind) {
    case "read":
      return { ...base, status: "succeeded", rowCount: outcome.answer.rows.length };
    case "changed":
      return { ...base, status: "succeeded", affectedRows: outcome.affectedRows };
    case "defined":
      return { ...base, status: "succeeded" };
    case "confirm":
      return {
        ...base,
        status: "awaiting_confirmation",
        errorCode: "confirmation_required",
        errorMessage: outcome.reason,
        confirm: outcome.consent,
      };
    case "not_understood":
      return {
        ...refused(base, outcome.code, notUnderstood(outcome.unknown)),
        translator: outcome.translator,
      };
    case "not_allowed":
      return {
        ...refused(base, "statement_not_allowed", `${outcome.code}: ${outcome.reason}`),
        sql: outcome.sql.replaceAll("\0", ""),
        translator: outcome.translator,
      };
    case "scope_missing":
      return refused(base, "missing_scope", outcome.scope);
    case "too_many_rows":
      return refused(base, "unsafe_statement", tooManyRows(outcome));
    case "failed":
      return { ...base, errorCode: "query_execution_failed", errorMessage: outcome.message };
    default:
      return outcome satisfies never;
  }
}

function writing({ written }: { written: Written }): Partial<Ending> {
  const { sql, statementClass, translator, confidence } = written;
  return { sql, statementClass, translator, confidence };
}

function refused(base: Ending, errorCode: string, message: string): Ending {
  return { ...base, status: "refused", errorCode, errorMessage: message.slice(0, 1_000) };
}

function notUnderstood(unknown: readonly string[]): string {
  const words = unknown.slice(0, 5).map((word) => JSON.stringify(word.slice(0, 50)));
  if (words.length === 0) return "The question could not be understood for this database";
  const verb = words.length === 1 ? "means" : "mean";
  return `The question could not be understood: ${words.join(", ")} ${verb} nothing in this database`;
}

function tooManyRows({ affectedRows, max }: { affectedRows: number; max: number }): string {
  return `The statement would touch ${affectedRows} rows, more than ${max}; nothing was changed`;
}

/** What the asker is told of an outcome that is no answer. */
export function faultOf(
  outcome: Exclude<Outcome, Answered>,
  queryId: number,
  consent: { word: string; until: Date } | null,
): Fault<Code> {
  switch (outcome.kind) {
    case "confirm":
      return fault(
        "confirmation_required",
        `Say yes to this first, for ${outcome.reason}: send the same question with confirm`,
        {
          sql: outcome.written.sql,
          reason: outcome.reason,
          confirm: consent?.word,
          expires_at: consent?.until.toISOString(),
          query_id: queryId,
        },
      );
    case "not_understood":
      return fault(
        outcome.code,
        notUnderstood(outcome.unknown),
        { unknown: outcome.unknown, suggestions: outcome.suggestions, query_id: queryId },
        { "x-nl2sql-engine": outcome.translator },
      );
    case "not_allowed":
      return fault(
        "statement_not_allowed",
        `The statement for this question may not be run: ${outcome.reason}`,
        { sql: outcome.sql, reason: outcome.code, query_id: queryId },
        { "x-nl2sql-engine": outcome.translator },
      );
    case "scope_missing":
      return fault(
        "missing_scope",
        `This API key lacks the scope ${outcome.scope}, which this question needs`,
        { missing_scope: outcome.scope, any_of: [outcome.scope], query_id: queryId },
        {
          "www-authenticate": `Bearer realm="polykomos", error="insufficient_scope", scope="${outcome.scope}"`,
        },
      );
    case "too_many_rows":
      return fault("unsafe_statement", tooManyRows(outcome), {
        sql: outcome.written.sql,
        affected_rows: outcome.affectedRows,
        max_affected_rows: outcome.max,
        query_id: queryId,
      });
    case "failed":
      return fault("query_execution_failed", outcome.message, {
        sql: outcome.written.sql,
        query_id: queryId,
      });
  }
}

/** A change that was begun, and of which nobody knows whether it was made. */
export function inDoubt(sql: string, queryId: number): Fault<Code> {
  return fault(
    "query_execution_failed",
    "The run of this request was cut off: the change may have been made; look before you ask for it anew. It is not made again by a retry",
    { sql, query_id: queryId },
  );
}

/** The answer to a request whose earlier run has made its change, or may have. */
export function answerOfEarlier(earlier: Earlier | null): { outcome: Answered; queryId: number } {
  if (!earlier?.sql || !earlier.statementClass || !earlier.translator) {
    throw new Error("There is no earlier run to answer from");
  }
  const { sql, statementClass } = earlier;
  if (earlier.status !== "succeeded") throw inDoubt(sql, earlier.id);
  const written: Written = {
    sql,
    statementClass,
    confirm: null,
    translator: translatorNamed(earlier.translator),
    confidence: earlier.confidence ?? 0,
  };
  const outcome: Answered =
    statementClass === "ddl"
      ? { kind: "defined", written }
      : { kind: "changed", written, affectedRows: earlier.affectedRows ?? 0 };
  return { outcome, queryId: earlier.id };
}
