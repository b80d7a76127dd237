import { Badge, type BadgeKind } from "../parts/page.tsx";
import type { DeliveryView, EndpointView } from "./wire.ts";

/** How an endpoint does, in a word. */
type Health = "new" | "working" | "failing" | "disabled" | "revoked";

export function healthOf(endpoint: EndpointView): Health {
  if (endpoint.status === "revoked") return "revoked";
  if (endpoint.disabled_at !== null) return "disabled";
  const { last_success_at: success, last_failure_at: failure } = endpoint;
  if (success === null && failure === null) return "new";
  if (failure === null) return "working";
  return success !== null && success >= failure ? "working" : "failing";
}

const healthLooks: Record<Health, readonly [BadgeKind, string]> = {
  new: ["idle", "nothing sent yet"],
  working: ["good", "working"],
  failing: ["bad", "failing"],
  disabled: ["warn", "disabled"],
  revoked: ["idle", "revoked"],
};

export function HealthBadge({ endpoint }: { endpoint: EndpointView }) {
  const [kind, word] = healthLooks[healthOf(endpoint)];
  return <Badge kind={kind}>{word}</Badge>;
}

export function DeliveryBadge({ delivery }: { delivery: DeliveryView }) {
  if (delivery.status === "delivered") return <Badge kind="good">delivered</Badge>;
  if (delivery.status === "failed") return <Badge kind="bad">failed</Badge>;
  const isFirst = delivery.attempt_count === 0;
  return <Badge kind={isFirst ? "busy" : "warn"}>{isFirst ? "on its way" : "to be retried"}</Badge>;
}

/** What the receiver said, in a few words. */
export function outcomeText(of: {
  response_code: number | null;
  error_message: string | null;
}): string {
  if (of.error_message !== null) return of.error_message;
  return of.response_code === null ? "not tried yet" : `answered ${of.response_code}`;
}

const followedWithinMs = 15_000;

/** Whether a page is to follow it: it is tried within moments, and does not wait for longer. */
export function isUnderWay(delivery: DeliveryView, nowMs: number): boolean {
  if (delivery.status !== "pending") return false;
  const next = delivery.next_attempt_at;
  return next === null || Date.parse(next) <= nowMs + followedWithinMs;
}

export function eventsText(events: readonly string[]): string {
  return events.length === 0 ? "all events" : events.join(", ");
}
