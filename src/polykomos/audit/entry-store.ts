import { type SQL, sql } from "drizzle-orm";
import type { Act } from "../caller.ts";

/** Who did something that nobody asked for in a request: the scheduled work. */
export function systemAct(now: Date): AuditedAct {
  return { actor: "system", userId: null, requestId: "sweep", now };
}

export type AuditedAct = Omit<Act, "userId"> & {
  /** Null for the system and the operator, who are no users. */
  userId: number | null;
};

/**
 * The body of a CTE that writes the audit entry of a change, in the statement of the change itself.
 * `from` has `team_id`, `target` and `details` of each thing that was changed; an `action` that is not
 * the same for all of them is an expression on `x`, one of those rows.
 */
export function auditEntry(act: AuditedAct, action: string | SQL, from: SQL): SQL {
  return sql`INSERT INTO audit_log
      (actor, user_id, team_id, action, target, request_id, details, created_at)
    SELECT ${act.actor}, ${act.userId}::int, x.team_id, ${action}, x.target, ${act.requestId},
      x.details, ${act.now} FROM ${from} x`;
}
