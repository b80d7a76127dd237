import type { Store } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { type Log, scrub } from "../../lib/log.ts";
import { insertDeadMessage } from "./dead-messages-store.ts";

/**
 * Queue messages that nobody can work off, kept for the operator. Nothing depends on them: what they
 * told of is in rows, which the sweep finds.
 */
export type DeadMessageDeps = { store: Store; clock: Clock; log: Log };

export type DeadMessage = {
  queue: string;
  messageId: string;
  /** `unreadable`, or `exhausted`: its consumer failed as often as it may. */
  reason: "unreadable" | "exhausted";
  body: unknown;
  attempts: number;
};

const bodyCharsMax = 2_000;

/** Writes a message down, once, without what looks like a secret and cut to a bounded length. */
export async function keepDeadMessage(deps: DeadMessageDeps, message: DeadMessage): Promise<void> {
  const { queue, messageId, reason } = message;
  deps.log.error("dead_message", { queue, messageId, reason });
  const body = scrub(textOf(message.body)).slice(0, bodyCharsMax);
  await insertDeadMessage(deps.store, { ...message, body }, new Date(deps.clock()));
}

/** A message may hold what JSON cannot, and text that the store cannot. */
function textOf(body: unknown): string {
  let text: string;
  try {
    text = typeof body === "string" ? body : (JSON.stringify(body) ?? String(body));
  } catch {
    text = Object.prototype.toString.call(body);
  }
  return text
    .slice(0, 4 * bodyCharsMax)
    .toWellFormed()
    .replaceAll("\0", "�");
}
