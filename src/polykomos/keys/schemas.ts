import * as z from "zod";
import { parseIpRange } from "../../lib/ip-range.ts";
import { timestamp } from "../schemas.ts";

/** An API key as its owner and the operator see it; the key itself is in no list. */
export const apiKey = z.object({
  object: z.literal("api_key"),
  id: z.int(),
  name: z.string(),
  preview: z.string(),
  permissions: z.array(z.string()),
  controls: z.object({
    requests_per_minute: z.int(),
    monthly_quota: z.int().nullable(),
    allowed_ip_list: z.array(z.string()),
    inactive_ttl_days: z.int().nullable(),
  }),
  status: z.enum(["active", "revoked"]),
  last_used_at: timestamp.nullable(),
  created_at: timestamp,
  revoked_at: timestamp.nullable(),
});

export type KeyView = z.input<typeof apiKey>;

const ipRange = z
  .string()
  .refine((text) => parseIpRange(text) !== null, { error: "must be an IP address or CIDR range" });

/** What a key may be held to when it is made. */
export const keyControls = z.strictObject({
  requests_per_minute: z.int().min(1).max(1_000_000).optional(),
  monthly_quota: z.int().min(1).max(1_000_000_000).nullable().optional(),
  allowed_ip_list: z.array(ipRange).max(100).optional(),
  inactive_ttl_days: z.int().min(1).max(3650).nullable().optional(),
});
