/** What the guard says of one statement. It knows no scopes: what a key may do is the service's part. */
export type StatementClass = "read" | "write" | "ddl";

export type Verdict =
  | {
      kind: "allowed";
      class: StatementClass;
      /** The very text that was checked: comments taken out, no semicolon at its end. */
      sql: string;
      /** Why a person must say yes to it first; null when nobody has to. */
      confirm: string | null;
    }
  | { kind: "refused"; code: RefusalCode; reason: string };

/**
 * `unreadable`: the grammar cannot read it; `not_allowed`: a kind of statement, a function or an
 * object that no question may use; `unknown_relation`: a table that the catalog does not have.
 */
export type RefusalCode =
  | "unreadable"
  | "too_long"
  | "too_complex"
  | "several_statements"
  | "not_allowed"
  | "unknown_relation"
  | "function_not_allowed";

/** Thrown inside the guard by whatever finds something that may not be. */
export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** Turns the guard's own refusals into a verdict; everything else is thrown on. */
export function verdictOf(decide: () => Verdict): Verdict {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refusal) {
      return { kind: "refused", code: error.code, reason: error.message };
    }
    throw error;
  }
}

/** Bounds that no honest answer to one question comes near. */
const statementBytesMax = 10 * 1_024;
export const relationsMax = 12;
export const depthMax = 200;
/** The longest that `lpad` and `rpad` may make a text. */
export const padLengthMax = 10_000;

/** The text, if both sides read it alike: NUL and lone halves of characters they do not. */
export function checkedText(text: string): string {
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new Refusal("unreadable", "It is not Unicode text without NUL");
  }
  if (new TextEncoder().encode(text).length > statementBytesMax) {
    throw new Refusal("too_long", `It is longer than ${statementBytesMax} bytes`);
  }
  return text;
}
