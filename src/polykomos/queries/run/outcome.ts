import type { ReadAnswer } from "../../../fleet/questions.ts";
import type { StatementClass } from "../guard/verdict.ts";
import type { TranslatorName } from "../translator.ts";

/** What a question became: the statement, who wrote it, and how sure that one is. */
export type Written = {
  sql: string;
  statementClass: StatementClass;
  /** What is lost by it; null: nobody has to say yes. */
  confirm: string | null;
  translator: TranslatorName;
  confidence: number;
};

/** Outcomes that are answers. */
export type Answered = Extract<Outcome, { kind: "read" | "changed" | "defined" }>;

/** What became of a question. */
export type Outcome =
  | { kind: "read"; written: Written; answer: ReadAnswer }
  | { kind: "changed"; written: Written; affectedRows: number }
  | { kind: "defined"; written: Written }
  | { kind: "confirm"; written: Written; reason: string }
  | { kind: "too_many_rows"; written: Written; affectedRows: number; max: number }
  | { kind: "scope_missing"; written: Written; scope: string }
  | {
      kind: "not_understood";
      code: "query_not_understood" | "ambiguous_query";
      translator: TranslatorName;
      unknown: string[];
      suggestions: string[];
    }
  | { kind: "not_allowed"; sql: string; translator: TranslatorName; reason: string; code: string }
  | { kind: "failed"; written: Written; message: string };
