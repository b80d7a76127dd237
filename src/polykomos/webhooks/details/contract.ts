import * as z from "zod";
import { declare } from "../../../http/declare.ts";
import { errorAnswers, one, timestamp } from "../../schemas.ts";
import { deliveryParams, idParams, webhookDelivery, webhookEndpoint } from "../contract.ts";

/** One endpoint, and one delivery with all that is known of it. */
export const webhookDeliveryDetails = webhookDelivery
  .extend({
    request: z
      .object({
        method: z.string().meta({ example: "POST" }),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: "The signed bytes, the same in every attempt." }),
      })
      .meta({ description: "What is sent, without the signature, which is fresh each time." }),
    attempts: z
      .array(
        z.object({
          at: timestamp.meta({ description: "When it ended." }),
          response_code: z.int().nullable(),
          error_class: z.string().nullable(),
          error_message: z.string().nullable(),
          answer: z.string().nullable().meta({
            description: "The first 1,000 characters of what the receiver answered.",
          }),
          duration_ms: z.int(),
        }),
      )
      .meta({ description: "Oldest first." }),
  })
  .meta({ id: "WebhookDeliveryDetails" });

export const getWebhookEndpoint = declare({
  method: "get",
  path: "/webhook_endpoints/{id}",
  operationId: "getWebhookEndpoint",
  tag: "Webhooks",
  summary: "Read a webhook endpoint",
  access: ["webhooks:read"],
  params: idParams,
  answers: {
    200: {
      description: "The endpoint, revoked or not.",
      schema: one(webhookEndpoint),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});

export const getWebhookDelivery = declare({
  method: "get",
  path: "/webhook_endpoints/{id}/deliveries/{delivery_id}",
  operationId: "getWebhookDelivery",
  tag: "Webhooks",
  summary: "Read a delivery with its request, its attempts and their answers",
  access: ["webhooks:read"],
  params: deliveryParams,
  answers: {
    200: {
      description: "The delivery.",
      schema: one(webhookDeliveryDetails),
    },
    ...errorAnswers({ method: "get" }, 404),
  },
});
