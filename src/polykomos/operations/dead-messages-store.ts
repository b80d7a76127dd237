import { sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";

/** Queue messages that were given up, in the control-plane store. */
const keptMax = 1_000;
const listedMax = 200;

export async function insertDeadMessage(
  store: Store,
  message: { queue: string; messageId: string; reason: string; body: string; attempts: number },
  now: Date,
): Promise<void> {
  await store.rows(sql`
    INSERT INTO dead_messages (queue, message_id, reason, body, attempts, created_at)
    VALUES (${message.queue}, ${message.messageId}, ${message.reason}, ${message.body},
      ${message.attempts}, ${now})
    ON CONFLICT (queue, message_id) DO NOTHING`);
}

export type DeadMessageRow = {
  id: number;
  queue: string;
  reason: "unreadable" | "exhausted";
  body: string;
  attempts: number;
  createdAt: string;
};

export async function listDeadMessages(store: Store): Promise<DeadMessageRow[]> {
  return await store.rows<DeadMessageRow>(sql`
    SELECT id::int, queue, reason, body, attempts, ${isoTime(sql`created_at`)} AS "createdAt"
    FROM dead_messages ORDER BY id DESC LIMIT ${listedMax}`);
}

/** Deletes old messages, and of the others all but the newest. Returns how many. */
export async function forgetDeadMessages(store: Store, keptSince: Date): Promise<number> {
  const rows = await store.rows(sql`
    DELETE FROM dead_messages WHERE created_at < ${keptSince}
      OR id <= (SELECT id FROM dead_messages ORDER BY id DESC OFFSET ${keptMax} LIMIT 1)
    RETURNING id`);
  return rows.length;
}
