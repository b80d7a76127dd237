import { dayMs, hourMs, secondMs } from "../../lib/clock.ts";
import { invalidField } from "../dialect.ts";
import { ttlSecondsMax, ttlSecondsMin } from "./plans.ts";

/** Databases that end by themselves: when that may be, and which notices are still to come. */
export type Expiry = { expiresAt: Date | null; notices: number };

type ExpiryInput = {
  expires_at?: string | null | undefined;
  ttl_seconds?: number | null | undefined;
};

/** Times before the end at which a notice goes out, the first one first. */
export const noticesBeforeMs = [dayMs, hourMs] as const;

/**
 * When a database is to end, from what was asked; `null` when nothing was. `null` asks for no end. A
 * notice that would have come before the request is not sent.
 */
export function expiryOf(asked: ExpiryInput, nowMs: number): Expiry | null {
  const { expires_at: at, ttl_seconds: ttl } = asked;
  if (at === undefined && ttl === undefined) return null;
  if (at !== undefined && ttl !== undefined) {
    throw invalidField("ttl_seconds", "must not be sent together with expires_at");
  }
  const endMs = typeof at === "string" ? Date.parse(at) : ttl ? nowMs + ttl * secondMs : null;
  if (endMs === null) return { expiresAt: null, notices: 0 };
  const lifeMs = endMs - nowMs;
  if (lifeMs < ttlSecondsMin * secondMs || lifeMs > ttlSecondsMax * secondMs) {
    throw invalidField("expires_at", "must be between a minute and 366 days from now");
  }
  const notices = noticesBeforeMs.filter((beforeMs) => lifeMs <= beforeMs).length;
  return { expiresAt: new Date(endMs), notices };
}
