import type { z } from "zod";
import { plainHeaders } from "../attempt.ts";
import { messageBody, messageIdOf } from "../signature.ts";
import { viewDelivery } from "../view.ts";
import type { webhookDeliveryDetails } from "./contract.ts";
import type { DeliveryDetailsRow } from "./store.ts";

export type DeliveryDetailsView = z.input<typeof webhookDeliveryDetails>;

/** What the wire shows of a delivery that is read alone. No signature and no secret is in it. */
export function viewDeliveryDetails(row: DeliveryDetailsRow): DeliveryDetailsView {
  const { eventUid: uid, eventType: type, eventCreatedAt: createdAt, data } = row;
  return {
    ...viewDelivery(row),
    request: {
      method: "POST",
      url: row.url,
      headers: { ...plainHeaders, "webhook-id": messageIdOf(uid) },
      body: messageBody({ uid, type, createdAt, data }),
    },
    attempts: row.attempts.map((attempt) => ({
      at: attempt.at,
      response_code: attempt.responseCode,
      error_class: attempt.errorClass,
      error_message: attempt.errorMessage,
      answer: attempt.answer,
      duration_ms: attempt.durationMs,
    })),
  };
}
