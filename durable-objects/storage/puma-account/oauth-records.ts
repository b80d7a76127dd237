import { unreachable } from "../../../src/lib/unreachable.ts";
import {
  grantIdOf,
  type ListedRecord,
  type OauthRecord,
  type OauthRecordAnswer,
  type OauthRecordRequest,
} from "../../../src/puma/rules/oauth-record.ts";
import { deletePageLinksOf } from "./page-links.ts";

/**
 * Typed statements on `oauth_records`: the grants of clients and their access tokens. They stand in
 * the account's object and not in KV, because what is revoked must end at once, everywhere, and of
 * two that use one code or refresh token at once only one may win.
 */
type WriteRequest = Extract<OauthRecordRequest, { kind: "write" }>;

/** The name of a grant's record. Links that the grant made are kept under it, too. */
export function grantRecord(grantId: string): string {
  return `grant:${grantId}`;
}

/** Does what the authorization server asks. With a grant its access tokens and its links end. */
export function runOauthRecords(
  sql: SqlStorage,
  request: OauthRecordRequest,
  nowMs: number,
): OauthRecordAnswer {
  switch (request.kind) {
    case "read":
      return { kind: "record", record: findRecord(sql, request.name, nowMs) ?? null };
    case "write":
      return { kind: writeRecord(sql, request, nowMs) ? "written" : "conflict" };
    case "delete":
      deleteRecord(sql, request.name);
      return { kind: "deleted" };
    case "list":
      return { kind: "list", records: listRecords(sql, request.prefix, nowMs) };
    default:
      return unreachable(request);
  }
}

/** What an account that was never opened answers. */
export function noOauthRecords(
  request: Exclude<OauthRecordRequest, { kind: "write" }>,
): OauthRecordAnswer {
  switch (request.kind) {
    case "read":
      return { kind: "record", record: null };
    case "delete":
      return { kind: "deleted" };
    case "list":
      return { kind: "list", records: [] };
    default:
      return unreachable(request);
  }
}

/** Whether the grant is in force. */
export function hasGrant(sql: SqlStorage, grantId: string, nowMs: number): boolean {
  return findRecord(sql, grantRecord(grantId), nowMs) !== undefined;
}

function findRecord(sql: SqlStorage, name: string, nowMs: number): OauthRecord | undefined {
  const [found] = sql
    .exec(
      `SELECT value, version FROM oauth_records
       WHERE name = ? AND (expires_ms IS NULL OR expires_ms > ?)`,
      name,
      nowMs,
    )
    .raw<[string, number]>();
  return found && { value: found[0], version: found[1] };
}

/** Writes unless somebody else did since it was read; a token only while its grant is in force. */
function writeRecord(sql: SqlStorage, request: WriteRequest, nowMs: number): boolean {
  const { name, value, metadata, expiresAtMs, expected } = request;
  const version = findRecord(sql, name, nowMs)?.version ?? 0;
  if (expected !== null && expected !== version) return false;
  if (name.startsWith("token:") && !hasGrant(sql, grantIdOf(name), nowMs)) return false;
  sql.exec(
    `INSERT OR REPLACE INTO oauth_records (name, expires_ms, version, metadata, value)
     VALUES (?, ?, ?, ?, ?)`,
    name,
    expiresAtMs,
    version + 1,
    metadata,
    value,
  );
  return true;
}

function deleteRecord(sql: SqlStorage, name: string): void {
  sql.exec("DELETE FROM oauth_records WHERE name = ?", name);
  if (!name.startsWith("grant:")) return;
  deletePageLinksOf(sql, name);
  const tokens = `token:${grantIdOf(name)}:`;
  sql.exec("DELETE FROM oauth_records WHERE substr(name, 1, ?) = ?", tokens.length, tokens);
}

function listRecords(sql: SqlStorage, prefix: string, nowMs: number): ListedRecord[] {
  const cursor = sql.exec(
    `SELECT name, metadata FROM oauth_records
     WHERE substr(name, 1, ?) = ? AND (expires_ms IS NULL OR expires_ms > ?) ORDER BY name`,
    prefix.length,
    prefix,
    nowMs,
  );
  return [...cursor.raw<[string, string | null]>()].map(([name, metadata]) => ({ name, metadata }));
}

export function deleteExpiredOauthRecords(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM oauth_records WHERE expires_ms <= ?", nowMs);
}
