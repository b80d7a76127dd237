import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, one } from "../schemas.ts";

const limits = z.object({
  object: z.string(),
  plans: z.array(
    z.object({
      name: z.string(),
      storage_gb_max: z.number(),
      connections_max: z.int(),
      warning_threshold_pct: z.int(),
    }),
  ),
  request: z.object({
    body_bytes_max: z.int(),
    page_items_max: z.int(),
    wait_seconds_max: z.int(),
    idempotency_kept_seconds: z.int(),
  }),
  api_key: z.object({
    requests_per_minute: z.int(),
    monthly_quota: z.int().nullable(),
  }),
});

export const getLimits = declare({
  method: "get",
  path: "/limits",
  operationId: "getLimits",
  tag: "Authentication",
  summary: "Read the limits of plans, of requests and of the key in use",
  access: [],
  answers: {
    200: { description: "All limits that apply.", schema: one(limits) },
    ...errorAnswers({ method: "get" }),
  },
});
