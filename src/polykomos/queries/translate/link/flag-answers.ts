// Columns that say yes or no, whatever they are stored as.

import type { Column } from "../../catalog/catalog.ts";
import type { Literal } from "../logical/query.ts";

export type FlagAnswers = { yes: Literal; no: Literal };

const yesWords = /^(yes|y|true|t|1)$/i;
const noWords = /^(no|n|false|f|0)$/i;

/** How a column says yes and no; null when it says other things, or what it holds is not known. */
export function flagAnswersOf({ kind, name, values }: Column): FlagAnswers | null {
  if (kind === "boolean") {
    return { yes: { kind: "boolean", value: true }, no: { kind: "boolean", value: false } };
  }
  if (kind === "number" && /^(is|has)(_|[A-Z])/.test(name)) {
    return { yes: { kind: "number", value: "1" }, no: { kind: "number", value: "0" } };
  }
  const yes = values.find((value) => yesWords.test(value.trim()));
  const no = values.find((value) => noWords.test(value.trim()));
  if (kind !== "text" || values.length !== 2 || yes === undefined || no === undefined) return null;
  return { yes: { kind: "text", value: yes }, no: { kind: "text", value: no } };
}
