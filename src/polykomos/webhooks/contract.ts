import * as z from "zod";
import { declare } from "../../http/declare.ts";
import {
  errorAnswers,
  idQuery,
  limitQuery,
  longIdQuery,
  one,
  page,
  requestId,
  timestamp,
} from "../schemas.ts";
import { eventTypes } from "./event-types.ts";

export const idParams = z.object({ id: longIdQuery });
export const deliveryParams = z.object({ id: longIdQuery, delivery_id: longIdQuery });

const pageQuery = z.strictObject({
  limit: limitQuery,
  starting_after: longIdQuery.optional(),
});

export const webhookEndpoint = z
  .object({
    object: z.string().meta({ example: "webhook_endpoint" }),
    id: z.int(),
    url: z.string().meta({ override: { type: "string", format: "uri" } }),
    events: z.array(z.string()),
    status: z.enum(["active", "revoked"]),
    last_success_at: z.string().nullable(),
    last_failure_at: z.string().nullable(),
    created_at: z.string(),
    team_id: z.int(),
    disabled_at: timestamp.nullable().meta({
      description: "When it was disabled after days of nothing but failures; `enable` undoes it.",
    }),
  })
  .meta({ id: "WebhookEndpoint" });

export const webhookDelivery = z
  .object({
    object: z.string().meta({ example: "webhook_delivery" }),
    id: z.int(),
    endpoint_id: z.int(),
    event_type: z.string(),
    status: z.enum(["pending", "delivered", "failed"]),
    response_code: z.int().nullable(),
    error_message: z.string().nullable(),
    attempt_count: z.int(),
    created_at: z.string(),
    event_id: z.int(),
    message_id: z.string().meta({ description: "The `webhook-id` header; stable over attempts." }),
    error_class: z.string().nullable(),
    duration_ms: z.int().nullable(),
    last_attempt_at: timestamp.nullable(),
    next_attempt_at: timestamp.nullable(),
  })
  .meta({ id: "WebhookDelivery" });

export const event = z
  .object({
    object: z.string().meta({ example: "event" }),
    id: z.int(),
    message_id: z.string(),
    type: z.string(),
    team_id: z.int(),
    data: z.looseObject({}),
    created_at: timestamp,
  })
  .meta({ id: "Event" });

const endpointMessage = z.object({
  message: z.string(),
  data: webhookEndpoint,
  request_id: requestId,
});

export const listWebhookEndpoints = declare({
  method: "get",
  path: "/webhook_endpoints",
  operationId: "listWebhookEndpoints",
  tag: "Webhooks",
  summary: "List webhook endpoints, newest first",
  access: ["webhooks:read"],
  query: pageQuery.extend({ team_id: idQuery.optional() }),
  answers: {
    200: {
      description: "A page of endpoints of all teams of the key's user, revoked ones too.",
      schema: page(webhookEndpoint),
    },
    ...errorAnswers({ method: "get" }),
  },
});

export const createWebhookEndpoint = declare({
  method: "post",
  path: "/webhook_endpoints",
  operationId: "createWebhookEndpoint",
  tag: "Webhooks",
  summary: "Create a webhook endpoint",
  description: "The signing secret is shown once. Messages follow Standard Webhooks 1.0.0.",
  access: ["webhooks:write"],
  idempotency: "required",
  body: z.strictObject({
    url: z
      .string()
      .min(1)
      .max(2_048)
      .meta({
        override: {
          type: "string",
          format: "uri",
          example: "https://your-app.com/webhooks/polykomos",
        },
      }),
    events: z
      .array(z.enum(eventTypes, { error: `must be one of ${eventTypes.join(", ")}` }))
      .max(eventTypes.length)
      .default([])
      .meta({
        override: {
          type: "array",
          items: { type: "string" },
          example: ["database.provisioned", "database.deleted"],
        },
      }),
    team_id: z.int().min(1).max(2_147_483_647).optional(),
  }),
  answers: {
    201: {
      description: "The endpoint and its secret.",
      schema: z.object({
        message: z.string(),
        data: webhookEndpoint,
        secret: z.string(),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const revokeWebhookEndpoint = declare({
  method: "delete",
  path: "/webhook_endpoints/{id}",
  operationId: "revokeWebhookEndpoint",
  tag: "Webhooks",
  summary: "Revoke a webhook endpoint; nothing is sent to it any more",
  access: ["webhooks:write"],
  idempotency: "required",
  params: idParams,
  answers: {
    200: {
      description: "It is revoked.",
      schema: z.object({
        message: z.string(),
        data: z.object({ id: z.int() }),
        request_id: requestId,
      }),
    },
    ...errorAnswers({ method: "delete" }, 404, 409),
  },
});

export const listWebhookDeliveries = declare({
  method: "get",
  path: "/webhook_endpoints/{id}/deliveries",
  operationId: "listWebhookDeliveries",
  tag: "Webhooks",
  summary: "List an endpoint's deliveries, newest first",
  access: ["webhooks:read"],
  params: idParams,
  query: pageQuery,
  answers: {
    200: {
      description: "A page of deliveries.",
      schema: page(webhookDelivery),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const createWebhookTestDelivery = declare({
  method: "post",
  path: "/webhook_endpoints/{id}/test_deliveries",
  operationId: "createWebhookTestDelivery",
  tag: "Webhooks",
  summary: "Send a test event now, once",
  description: "A test that fails is answered with 200 too; the delivery's status tells.",
  access: ["webhooks:write"],
  idempotency: "accepted",
  params: idParams,
  answers: {
    200: { description: "What came of it.", schema: one(webhookDelivery) },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const rotateWebhookSecret = declare({
  method: "post",
  path: "/webhook_endpoints/{id}/rotate_secret",
  operationId: "rotateWebhookSecret",
  tag: "Webhooks",
  summary: "Give an endpoint a new secret; both sign for 24 hours",
  access: ["webhooks:write"],
  idempotency: "accepted",
  params: idParams,
  answers: {
    200: {
      description: "The endpoint and its new secret.",
      schema: z.object({ data: webhookEndpoint, secret: z.string(), request_id: requestId }),
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const enableWebhookEndpoint = declare({
  method: "post",
  path: "/webhook_endpoints/{id}/enable",
  operationId: "enableWebhookEndpoint",
  tag: "Webhooks",
  summary: "Enable an endpoint that was disabled for failing",
  access: ["webhooks:write"],
  idempotency: "accepted",
  params: idParams,
  answers: {
    200: { description: "It is enabled.", schema: endpointMessage },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const redeliverWebhook = declare({
  method: "post",
  path: "/webhook_endpoints/{id}/deliveries/{delivery_id}/redeliver",
  operationId: "redeliverWebhook",
  tag: "Webhooks",
  summary: "Send an event of an earlier delivery again",
  access: ["webhooks:write"],
  idempotency: "accepted",
  params: deliveryParams,
  answers: {
    200: {
      description: "The new delivery, with the same message id.",
      schema: one(webhookDelivery),
    },
    ...errorAnswers({ method: "post" }, 404, 409),
  },
});

export const listEvents = declare({
  method: "get",
  path: "/events",
  operationId: "listEvents",
  tag: "Webhooks",
  summary: "List events of your teams, newest first",
  access: ["webhooks:read"],
  query: pageQuery,
  answers: {
    200: {
      description: "A page of events; they are kept for a limited time.",
      schema: page(event),
    },
    ...errorAnswers({ method: "get" }),
  },
});
