import { queryLimitDefault } from "../limits.ts";
import { filterFrom } from "../rows/rules/filter.ts";
import { type JsonObject, jsonTextOf } from "../rows/rules/json-value.ts";
import { sortFromText, tableFrom } from "../rows/service.ts";
import { pumaFault } from "../rules/code.ts";
import type { NewLink } from "../rules/link.ts";
import { safeFilename } from "./rules/filename.ts";
import { endingOf, mediaTypeFrom, mediaTypeOf } from "./rules/media-type.ts";

/** Turns checked input into the link that the account's object is asked to make. Pure; throws Faults. */
const newestFirst = "-created_at";

export type LinkTargetInput = NewLink["target"];

/** Faults: `invalid_table_name`. */
export function rowTarget(input: {
  table: string;
  id: string;
  filename?: string | undefined;
}): LinkTargetInput {
  const table = tableFrom(input.table);
  const otherwise = `${table}-${safeFilename(input.id, "row").slice(0, 40)}.json`;
  const filename = safeFilename(input.filename ?? "", otherwise);
  return { kind: "row", table, id: input.id, filename };
}

/**
 * The row is named by id, by a filter, or by both. Faults: `empty_filter`, `invalid_filter`,
 * `invalid_table_name`, `invalid_request` naming mimeType.
 */
export function textTarget(input: {
  table: string;
  field: string;
  id?: string | undefined;
  filter?: JsonObject | undefined;
  filename?: string | undefined;
  mimeType?: string | undefined;
}): LinkTargetInput {
  const { field, id } = input;
  const filter = filterFrom(input.filter ?? {});
  if (id === undefined && filter.length === 0) {
    throw pumaFault("empty_filter", undefined, { field: "filter" });
  }
  const given = safeFilename(input.filename ?? "", "");
  const mediaType =
    input.mimeType === undefined
      ? (mediaTypeOf(given) ?? "text/markdown")
      : mediaTypeFrom(input.mimeType);
  if (mediaType === null) {
    const message = "mimeType must be a media type such as text/markdown, in UTF-8";
    throw pumaFault("invalid_request", message, { field: "mimeType" });
  }
  const stem = safeFilename(field, "text");
  const filename = given === "" ? safeFilename(`${stem}.${endingOf(mediaType)}`, "text") : given;
  const where = id === undefined ? filter : [["id", id] as const, ...filter];
  return { kind: "text", table: tableFrom(input.table), where, field, filename, mediaType };
}

/** Faults: `invalid_filter`, `invalid_table_name`, `invalid_request` naming sort. */
export function queryTarget(input: {
  table: string;
  filter?: JsonObject | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  filename?: string | undefined;
}): LinkTargetInput {
  const table = tableFrom(input.table);
  const { filter = {} } = input;
  // Both throw for what a query would not take.
  filterFrom(filter);
  sortFromText(input.sort);
  return {
    kind: "query",
    table,
    filter: jsonTextOf(filter),
    sort: input.sort ?? newestFirst,
    limit: input.limit ?? queryLimitDefault,
    filename: safeFilename(input.filename ?? "", `${table}.json`),
  };
}
