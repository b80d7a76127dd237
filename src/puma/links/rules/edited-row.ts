import { jsonDepthMax, jsonDepthOf } from "../../../lib/json-depth.ts";
import {
  contentOf,
  type RowContent,
  reservedFieldIn,
  reservedFields,
} from "../../rows/rules/content.ts";
import { inexactNumber } from "../../rows/rules/exact-numbers.ts";
import { isJsonObject, type JsonObject } from "../../rows/rules/json-value.ts";
import { type JsonProblem, jsonProblem } from "./json-problem.ts";

/** A row as someone wrote it in the editor: its content, or what is wrong with it and where. */
export type EditedRow =
  | { ok: true; content: RowContent }
  | { ok: false; message: string; place: JsonProblem | null };

export function editedRow(text: string): EditedRow {
  const place = jsonProblem(text);
  if (place) return { ok: false, message: place.message, place };
  if (jsonDepthOf(text) > jsonDepthMax) {
    return wrong(`JSON may be nested ${jsonDepthMax} levels deep`);
  }
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return wrong("A row is an object: { … }");
  const reserved = reservedFieldIn(value);
  if (reserved) return wrong(`${reserved} belongs to the server: leave it out`);
  const number = inexactNumber(text, value);
  if (number) return wrong(`${number.slice(0, 60)} cannot be kept exactly; write it as a string`);
  return { ok: true, content: contentOf(value) };
}

function wrong(message: string): EditedRow {
  return { ok: false, message, place: null };
}

/** A row as clients see it, in the server's fields and the client's own. */
export function splitRow(json: string): { system: Record<string, string>; own: JsonObject } {
  const own: JsonObject = JSON.parse(json);
  const system: Record<string, string> = {};
  for (const field of reservedFields) {
    system[field] = String(own[field]);
    delete own[field];
  }
  return { system, own };
}
