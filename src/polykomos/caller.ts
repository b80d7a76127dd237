import type { KeyRecord } from "../../durable-objects/storage/gate-keys.ts";

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
export function actorOf(caller: Caller): string {
  return caller.sessionId === undefined ? `key:${caller.key.keyId}` : `user:${caller.userId}`;
}
