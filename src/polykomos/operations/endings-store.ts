import { type SQL, sql } from "drizzle-orm";
import { secondMs } from "../../lib/clock.ts";
import type { EventType } from "../webhooks/event-types.ts";
import type { TakenOperation } from "./run-store.ts";

/** How a finished operation changes its database, and the event that tells of it. */
export type Ending = {
  /** Assignments to the database `d`, and the condition under which they are made. */
  set: SQL;
  when: SQL;
  event: EventType | null;
  /** What the event tells besides the database. */
  data?: SQL;
  /** More CTEs, on `changed`. */
  also?: SQL;
};

/** What an operation that ended well changes; `null` when nothing. */
export function endingOf(operation: TakenOperation, now: Date): Ending | null {
  switch (operation.kind) {
    case "rotate_credentials":
      return rotationEnding(operation, now);
    case "retire_credentials":
      return {
        set: sql`previous_credential_until = NULL`,
        when: sql`d.destroyed_at IS NULL`,
        event: null,
      };
    case "rebuild":
      return {
        set: sql`missing_since = NULL, updated_at = ${now}`,
        when: sql`d.deleted_at IS NULL`,
        event: "database.updated",
        data: sql`'{"change": "rebuilt"}'::jsonb`,
      };
    case "build_pooled":
      return {
        set: sql`status = 'pooled', pooled_at = ${now}, updated_at = ${now}`,
        when: sql`d.status = 'building'`,
        event: null,
      };
    case "create":
      return {
        set: sql`status = 'active', updated_at = ${now}`,
        when: sql`d.status = 'provisioning'`,
        event: "database.provisioned",
      };
    case "destroy":
      return {
        set: sql`destroyed_at = ${now}, has_remote_resources = false`,
        when: sql`d.status = 'deleted' AND d.destroyed_at IS NULL`,
        event: "database.destroyed",
      };
    case "rename":
    case "change_quotas":
    case "enforce_storage":
    case "change_expiry":
    case "delete":
      return null;
  }
}

/**
 * A rotation that has worked: its password becomes the database's, and the end of the credential
 * before it is queued for its time. That of an earlier rotation has nothing left to end.
 */
function rotationEnding({ rotation }: TakenOperation, now: Date): Ending {
  if (!rotation) throw new Error("A rotation without a credential");
  const until = new Date(now.getTime() + rotation.overlapSeconds * secondMs);
  return {
    set: sql`password_sealed = ${rotation.credentialSealed}, updated_at = ${now},
      credential_number = d.credential_number + 1, previous_credential_until = ${until}`,
    when: sql`d.deleted_at IS NULL`,
    event: "database.updated",
    data: sql`jsonb_build_object('change', 'credentials_rotated',
      'previous_credential_until', ${until.toISOString()}::text)`,
    also: sql`, overtaken AS (UPDATE operations w SET state = 'cancelled', finished_at = ${now}
        FROM changed WHERE w.database_id = changed.id AND w.kind = 'retire_credentials'
          AND w.state = 'queued'),
      retirement AS (INSERT INTO operations (id, kind, team_id, database_id, state, not_before,
          created_at)
        SELECT gen_random_uuid(), 'retire_credentials', changed.team_id, changed.id, 'queued',
          ${until}::timestamptz, ${now}::timestamptz FROM changed)`,
  };
}
