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
/** Findings told of a script; what is beyond them is the same again. */
const findingsMax = 100;

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

/** Adds what one statement does to what the script does. */
export function addInspection(reading: Reading, found: Inspection, line: number): void {
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
      if (reading[list].length < 1_000) reading[list].push(object);
    }
  }
}
