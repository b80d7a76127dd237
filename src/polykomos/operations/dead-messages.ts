import type { Store } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { keptText } from "../../lib/kept-text.ts";
import type { Log } from "../../lib/log.ts";
import { insertDeadMessage } from "./dead-messages-store.ts";

/**
 * Queue messages that nobody can work off, kept for the operator. Nothing depends on them: what they
 * told of is in rows, which the sweep finds.
 */
type DeadMessageDeps = { store: Store; clock: Clock; log: Log };

type DeadMessage = {
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
  const body = keptText(textOf(message.body), bodyCharsMax);
  await insertDeadMessage(deps.store, { ...message, body }, new Date(deps.clock()));
}

/** A message may hold what JSON cannot, and may be long. */
function textOf(body: unknown): string {
  try {
    const text = typeof body === "string" ? body : (JSON.stringify(body) ?? String(body));
    return text.slice(0, 4 * bodyCharsMax);
  } catch {
    return Object.prototype.toString.call(body);
  }
}
