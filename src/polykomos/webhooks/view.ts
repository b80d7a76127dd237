import type { z } from "zod";
import type { event, webhookDelivery, webhookEndpoint } from "./contract.ts";
import { messageIdOf } from "./signature.ts";
import type { DeliveryRow, EndpointRow, EventRow } from "./store.ts";

/** What the wire shows of endpoints, deliveries and events. No secret is in it. */
export function viewEndpoint(row: EndpointRow): z.input<typeof webhookEndpoint> {
  return {
    object: "webhook_endpoint",
    id: row.id,
    url: row.url,
    events: row.events,
    status: row.revokedAt === null ? "active" : "revoked",
    last_success_at: row.lastSuccessAt,
    last_failure_at: row.lastFailureAt,
    created_at: row.createdAt,
    team_id: row.teamId,
    disabled_at: row.disabledAt,
  };
}

export function viewDelivery(row: DeliveryRow): z.input<typeof webhookDelivery> {
  return {
    object: "webhook_delivery",
    id: Number(row.id),
    endpoint_id: row.endpointId,
    event_type: row.eventType,
    status: row.status,
    response_code: row.responseCode,
    error_message: row.errorMessage,
    attempt_count: row.attemptCount,
    created_at: row.createdAt,
    event_id: Number(row.eventId),
    message_id: messageIdOf(row.eventUid),
    error_class: row.errorClass,
    duration_ms: row.durationMs,
    last_attempt_at: row.lastAttemptAt,
    next_attempt_at: row.nextAttemptAt,
  };
}

export function viewEvent(row: EventRow): z.input<typeof event> {
  return {
    object: "event",
    id: Number(row.id),
    message_id: messageIdOf(row.uid),
    type: row.type,
    team_id: row.teamId,
    data: row.data,
    created_at: row.createdAt,
  };
}
