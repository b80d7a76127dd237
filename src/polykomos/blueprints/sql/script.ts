import type { ErrorCode, Finding, WarningCode } from "./findings.ts";

/** What the checks of both engines speak of. */
export type EngineName = "postgres" | "mysql";

export const engineNames: readonly EngineName[] = ["postgres", "mysql"];

/** One statement of a script: where it stands in the blueprint's text and what it does. */
export type Piece = {
  /** `create_table`, `insert`, …: the same words for both engines. */
  kind: string;
  /** The table or other object it is about. */
  target: string | null;
  /** Counted from 1. */
  line: number;
  /** UTF-16 offsets in the text. */
  start: number;
  end: number;
  /** It does what a rollback does not undo, so it cannot be rehearsed. */
  outlivesRollback?: true;
};

export type ObjectNames = { type: string; name: string };

/** What one statement was found to do. */
export type Inspection = {
  kind: string;
  target: string | null;
  /** It does what a rollback does not undo. */
  outlivesRollback: boolean;
  errors: { code: ErrorCode; message: string }[];
  warnings: { code: WarningCode; message: string }[];
  created: ObjectNames[];
  altered: ObjectNames[];
  dropped: ObjectNames[];
};

/** What came of reading a whole text for one engine. Offsets are in that text. */
export type Reading = {
  statementCount: number;
  pieces: Piece[];
  errors: Finding<ErrorCode>[];
  warnings: Finding<WarningCode>[];
  created: ObjectNames[];
  altered: ObjectNames[];
  dropped: ObjectNames[];
};

export const statementsMax = 20_000;
/** Statements that cannot be read, after which a script is read no further. */
export const syntaxErrorsMax = 20;
/** Findings told of a script; what is beyond them is the same again. */
export const findingsMax = 100;

export function newReading(): Reading {
  return {
    statementCount: 0,
    pieces: [],
    errors: [],
    warnings: [],
    created: [],
    altered: [],
    dropped: [],
  };
}

export function newInspection(kind: string): Inspection {
  return {
    kind,
    target: null,
    outlivesRollback: false,
    errors: [],
    warnings: [],
    created: [],
    altered: [],
    dropped: [],
  };
}

export function addError(found: Inspection, code: ErrorCode, message: string): void {
  found.errors.push({ code, message });
}

export function addWarning(found: Inspection, code: WarningCode, message: string): void {
  found.warnings.push({ code, message });
}

/** Characters kept of the name of what a statement is about. */
const targetCharsMax = 200;
/** Objects told of that a script makes, changes or drops, of each at most so many. */
const objectsMax = 1_000;

/** Adds a statement, with what it does, to what the script does. */
export function addStatement(
  reading: Reading,
  found: Inspection,
  place: Pick<Piece, "line" | "start" | "end">,
): void {
  const { kind, target, outlivesRollback } = found;
  reading.statementCount += 1;
  reading.pieces.push({
    kind,
    target: target?.slice(0, targetCharsMax) ?? null,
    ...place,
    ...(outlivesRollback ? { outlivesRollback } : {}),
  });
  addFindings(reading, found, place.line);
}

/** The error of a script that has more statements than it may have; it is read no further. */
export function addTooMany(reading: Reading, line: number): void {
  const message = `a blueprint has at most ${statementsMax} statements`;
  reading.errors.push({ code: "too_many_statements", line, message });
}

function addFindings(reading: Reading, found: Inspection, line: number): void {
  for (const error of found.errors) {
    if (reading.errors.length < findingsMax) reading.errors.push({ ...error, line });
  }
  for (const warning of found.warnings) {
    // Those that say whether a script destroys or can run again must never be cut off.
    const known = reading.warnings.some(({ code }) => code === warning.code);
    if (reading.warnings.length < findingsMax || !known) {
      reading.warnings.push({ ...warning, line });
    }
  }
  for (const list of ["created", "altered", "dropped"] as const) {
    for (const object of found[list]) {
      if (reading[list].length < objectsMax) reading[list].push(object);
    }
  }
}
