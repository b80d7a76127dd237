import { index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";
import { users } from "./people.ts";

export type KeyControls = {
  requests_per_minute: number;
  monthly_quota: number | null;
  allowed_ip_list: string[];
  inactive_ttl_days: number | null;
};

export const apiKeys = pgTable(
  "api_keys",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    name: text().notNull(),
    /** SHA-256 of the whole key, hexadecimal. The key itself is nowhere. */
    hash: text().notNull().unique(),
    preview: text().notNull(),
    permissions: jsonb().$type<string[]>().notNull(),
    controls: jsonb().$type<KeyControls>().notNull(),
    status: text({ enum: ["active", "revoked"] }).notNull(),
    lastUsedAt: time("last_used_at"),
    /** The request that made it, so that a retry makes no second one. */
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    revokedAt: time("revoked_at"),
  },
  (table) => [
    index("api_keys_user").on(table.userId),
    uniqueIndex("api_keys_request_key").on(table.requestKey),
  ],
);
