import { type JsonObject, jsonTextOf } from "./json-value.ts";
import { termsOf } from "./terms.ts";

/** What a client sent of a row, ready to be stored. */
export type RowContent = {
  /** The row's JSON without the fields that belong to the server. */
  text: string;
  /** UTF-8 bytes of `text`: what counts against the limits. */
  bytes: number;
  terms: string | null;
};

/** The fields of every row that belong to the server. */
export const reservedFields = ["id", "created_at", "updated_at"] as const;

/** The reserved field that a client's row or patch holds, if any. */
export function reservedFieldIn(row: JsonObject): string | undefined {
  return reservedFields.find((field) => Object.hasOwn(row, field));
}

export function contentOf(row: JsonObject): RowContent {
  const text = jsonTextOf(row);
  return { text, bytes: Buffer.byteLength(text), terms: termsOf(row) };
}

/** The fields of stored content. The text was written by `contentOf`, so it is an object. */
export function fieldsOf(text: string): JsonObject {
  return JSON.parse(text);
}

/** A row with a patch laid over it. Spreading defines own fields, `__proto__` too. */
export function patched(text: string, patchText: string): RowContent {
  return contentOf({ ...fieldsOf(text), ...fieldsOf(patchText) });
}
