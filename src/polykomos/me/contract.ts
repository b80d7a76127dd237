import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { errorAnswers, one } from "../schemas.ts";

const me = z.object({
  user: z.object({ object: z.string(), name: z.string(), email: z.string() }),
  api_key: z.object({
    object: z.string(),
    name: z.string(),
    preview: z.string(),
    permissions: z.array(z.string()),
    status: z.string(),
    last_used_at: z.string().nullable(),
    controls: z.object({
      requests_per_minute: z.int(),
      monthly_quota: z.int().nullable(),
      allowed_ip_list: z.array(z.string()),
      inactive_ttl_days: z.int().nullable(),
    }),
  }),
});

export const getMe = declare({
  method: "get",
  path: "/me",
  operationId: "getMe",
  tag: "Authentication",
  summary: "Read the key in use and its user",
  access: [],
  answers: {
    200: { description: "The user and the key.", schema: one(me) },
    ...errorAnswers({ method: "get" }),
  },
});
