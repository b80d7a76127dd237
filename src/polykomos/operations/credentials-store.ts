import { sql } from "drizzle-orm";
import { secondMs } from "../../lib/clock.ts";
import type { Ending, TakenOperation } from "./store.ts";

/**
 * A rotation that has worked: its password becomes the database's, and the end of the credential
 * before it is queued for its time. That of an earlier rotation has nothing left to end.
 */
export function rotationEnding({ rotation }: TakenOperation, now: Date): Ending {
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
