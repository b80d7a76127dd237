import type { Catalog } from "../../catalog/catalog.ts";
import type { Translation } from "../../translator.ts";
import type { Piece } from "../link/assign.ts";
import type { Features } from "../rank/features.ts";
import { rephrasings } from "./rephrase.ts";

const unknownMax = 1.7;

/** Whether enough of the question was understood to answer it. */
export function isUnderstood(features: Features): boolean {
  if (features.linked === 0 || features.passedOver > 0) return false;
  if (features.unknown > unknownMax) return false;
  // "which customers own a dog": one known word does not carry a question.
  if (features.linked === 1 && features.unknown >= 1) return false;
  // "the average wingspan": what is to be computed is unknown.
  return features.dangling === 0 || features.unknown < 1;
}

/** The refusal, with the words that mean nothing and questions that would be understood. */
export function refuse(catalog: Catalog, pieces: readonly Piece[]): Translation {
  const unknown = pieces.filter((piece) => piece.kind === "unknown").map((piece) => piece.text);
  const tables = pieces.flatMap((piece) => ("table" in piece ? [piece.table] : []));
  return {
    kind: "refused",
    code: "query_not_understood",
    unknown: [...new Set(unknown)],
    suggestions: rephrasings(catalog, tables),
  };
}
