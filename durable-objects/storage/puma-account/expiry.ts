import { dayMs } from "../../../src/lib/clock.ts";
import type { PumaLimits } from "../../../src/puma/limits.ts";
import { deleteExpiredAnswers } from "./idempotency.ts";
import { deleteRevokedKeys } from "./keys.ts";
import { deleteExpiredOauthRecords } from "./oauth-records.ts";
import { deleteExpiredPageLinks } from "./page-links.ts";
import { deleteOldVersions } from "./versions.ts";

/** Deletes old versions, answers to idempotent adds, links, grants, and keys revoked as long ago. */
export function deleteExpired(sql: SqlStorage, limits: PumaLimits, nowMs: number): void {
  deleteOldVersions(sql, limits, nowMs);
  deleteExpiredAnswers(sql, nowMs);
  deleteExpiredPageLinks(sql, nowMs);
  deleteExpiredOauthRecords(sql, nowMs);
  deleteRevokedKeys(sql, nowMs - limits.versionDays * dayMs);
}

/** Whether the account holds anything that `deleteExpired` will delete some day. */
export function hasExpiring(sql: SqlStorage): boolean {
  const found = sql.exec(
    `SELECT EXISTS (SELECT 1 FROM versions) OR EXISTS (SELECT 1 FROM idempotency)
     OR EXISTS (SELECT 1 FROM page_links)
     OR EXISTS (SELECT 1 FROM oauth_records WHERE expires_ms IS NOT NULL)
     OR EXISTS (SELECT 1 FROM keys WHERE revoked_ms IS NOT NULL) AS expiring`,
  );
  return found.one().expiring === 1;
}
