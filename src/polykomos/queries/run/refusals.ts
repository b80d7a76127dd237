import { sqlState } from "../../../db/errors.ts";

/** What a server's refusals mean here, by SQLSTATE and, where MySQL has only one for many, by number. */
const timeoutStates: ReadonlySet<string> = new Set(["57014", "70100"]);
const timeoutNumbers: ReadonlySet<unknown> = new Set([3024]);
const rightStates: ReadonlySet<string> = new Set(["42501"]);
/** Rights on tables, columns, databases, routines and views. */
const rightNumbers: ReadonlySet<unknown> = new Set([1142, 1143, 1044, 1370, 1356]);

function numberOf(error: unknown): unknown {
  return error instanceof Error && "errno" in error ? error.errno : null;
}

/** Whether a statement was ended for it took too long. */
export function isTimeout(error: unknown): boolean {
  return timeoutStates.has(sqlState(error) ?? "") || timeoutNumbers.has(numberOf(error));
}

/** The rows of a read that is a help and no need; none where it was ended for it took too long. */
export async function noneIfLate<Row>(rows: Promise<Row[]>): Promise<Row[]> {
  return await rows.catch((error: unknown) => {
    if (isTimeout(error)) return [];
    throw error;
  });
}

/** Whether the reader was refused something for want of a right. */
export function isRightMissing(error: unknown): boolean {
  return rightStates.has(sqlState(error) ?? "") || rightNumbers.has(numberOf(error));
}
