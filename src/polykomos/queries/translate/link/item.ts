import type { Operator } from "../operators/operator.ts";

/** A table, or a column of one, that some words of a question may mean. */
export type Candidate = { table: number; column: string | null; score: number };

/** Where a value stands; `value` is written as the database has it. */
export type ValueCandidate = { table: number; column: string; value: string; score: number };

/** A piece of a question with its meaning or meanings; `from` and `to` count tokens. */
export type Item = { from: number; to: number; text: string } & (
  | { kind: "operator"; operator: Operator; argument: string }
  | { kind: "ref"; candidates: Candidate[] }
  | { kind: "value"; candidates: ValueCandidate[] }
  /** `decimal` has every digit that was said; `value` may be rounded. */
  | { kind: "number"; value: number; decimal: string; candidates: ValueCandidate[] }
  | { kind: "date"; value: string }
  | { kind: "unknown" }
);
