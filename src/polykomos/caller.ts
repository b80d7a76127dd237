import type { KeyRecord } from "../../durable-objects/storage/account-gate/keys.ts";
import type { Clock } from "../lib/clock.ts";

/** Who makes a request, and the request's own facts that verbs need. */
export type Caller = {
  userId: number;
  accountId: string;
  key: KeyRecord;
  /** The use before this request; null at the first. */
  keyLastUsedAtMs: number | null;
  requestId: string;
  /** Names this write in the store, so that a retry finds its own work; null for reads. */
  requestKey: string | null;
  /** The origin clients reach us at, for absolute URLs. */
  origin: string;
  /**
   * Set for somebody at the console, who acts with all the rights of their own; `key` then is no key
   * of the store but says so.
   */
  sessionId?: string;
};

/** The actor of an audit entry. */
function actorOf(caller: Caller): string {
  return caller.sessionId === undefined ? `key:${caller.key.keyId}` : `user:${caller.userId}`;
}

/** Who changes what the store holds, in which request, and when. */
export type Act = { actor: string; userId: number; requestId: string; now: Date };

/** What a caller does at this moment. */
export function actOf(deps: { clock: Clock }, caller: Caller): Act {
  const { userId, requestId } = caller;
  return { actor: actorOf(caller), userId, requestId, now: new Date(deps.clock()) };
}
