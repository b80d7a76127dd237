import type { RowContent } from "../rows/rules/content.ts";
import type { Filter } from "../rows/rules/filter.ts";
import type { JsonText } from "./json-text.ts";
import type { AccountFailure, VersionRecord } from "./operation.ts";

/**
 * Links to pages for people: what the Worker asks an account's object about them and what it answers.
 * A link is a record in the account; its token only names the account and the record.
 */
export type LinkKind = "row" | "text" | "query";

export type RowTarget = { kind: "row"; table: string; id: string; filename: string };
export type TextTarget = {
  kind: "text";
  table: string;
  id: string;
  field: string;
  filename: string;
  mediaType: string;
};
export type QueryTarget = {
  kind: "query";
  table: string;
  /** JSON of an object. */
  filter: string;
  /** A field, or `-` and a field. */
  sort: string;
  limit: number;
  filename: string;
};

/** What a link shows. */
export type LinkTarget = RowTarget | TextTarget | QueryTarget;

/** A link to be made. Which row a text is of is found when it is made, and stays. */
export type NewLink = {
  id: string;
  expiresAtMs: number;
  target: RowTarget | (Omit<TextTarget, "id"> & { where: Filter }) | QueryTarget;
};

/** What someone who holds a link asks for. `base` is the version number they have seen. */
export type LinkRequest =
  | { kind: "view"; history: boolean }
  | { kind: "download" }
  | { kind: "saveRow"; base: number; row: RowContent }
  | { kind: "saveText"; base: number; text: string }
  | { kind: "restore"; base: number; version: number }
  | { kind: "end" };

/** What someone asks of a row of their own account. */
export type RowRequest = Extract<LinkRequest, { kind: "view" | "saveRow" | "restore" }>;

/** The row behind a link. `version` counts its changes; `json` is the row as clients see it. */
export type LinkedRow = { version: number; json: string };

export type QueryRows = {
  /** Rows as clients see them; fewer than were found when they are long. */
  rows: string[];
  found: number;
};

/** What comes of a request through a link. */
export type LinkOutcome =
  /** No such link: it expired, was ended, or never was. */
  | { kind: "ended" }
  /** The row, or its text, is gone. */
  | { kind: "gone" }
  | { kind: "busy"; resetSeconds: number }
  | { kind: "refused"; failure: AccountFailure }
  | {
      kind: "row";
      target: RowTarget;
      expiresAtMs: number;
      row: LinkedRow;
      versions: VersionRecord[];
    }
  | {
      kind: "text";
      target: TextTarget;
      expiresAtMs: number;
      row: LinkedRow;
      versions: VersionRecord[];
    }
  | { kind: "query"; target: QueryTarget; expiresAtMs: number; found: QueryRows }
  /** A query's rows for a download: a JSON array, whatever its length. */
  | { kind: "rows"; target: QueryTarget; rows: JsonText }
  | { kind: "saved" }
  /** The row is no longer the version that was seen; nothing was changed. */
  | {
      kind: "conflict";
      target: RowTarget | TextTarget;
      expiresAtMs: number;
      row: LinkedRow;
    };
