import * as z from "zod";
import { timestamp } from "../polykomos/schemas.ts";

/** What the operator's API shows of each thing. */
export const user = z.object({
  object: z.literal("user"),
  id: z.int(),
  email: z.string(),
  name: z.string(),
  teams: z.array(z.object({ id: z.int(), name: z.string(), is_primary: z.boolean() })),
});

export const team = z.object({ object: z.literal("team"), id: z.int(), name: z.string() });

export const membership = z.object({
  object: z.literal("membership"),
  team_id: z.int(),
  user_id: z.int(),
  role: z.enum(["owner", "member"]),
});

export { apiKey } from "../polykomos/keys/schemas.ts";

export const server = z.object({
  object: z.literal("server"),
  id: z.int(),
  name: z.string(),
  engine: z.enum(["postgres", "mysql"]),
  region: z.string(),
  transport: z.string(),
  host: z.string(),
  port: z.int(),
  advertised_host: z.string(),
  tls: z.boolean(),
  admin_user: z.string(),
  max_databases: z.int().nullable(),
  max_connections: z.int().nullable(),
  max_bytes: z.int().nullable(),
  state: z.enum(["active", "draining", "down"]),
  checked_at: timestamp.nullable(),
  check_failures: z.int(),
  last_error: z.string().nullable(),
  down_since: timestamp.nullable(),
  databases: z.int(),
  connections: z.int(),
  bytes: z.number(),
});

export const pool = z.object({
  object: z.literal("pool"),
  engine: z.enum(["postgres", "mysql"]),
  region: z.string(),
  target: z.int(),
  ready: z.int(),
  building: z.int(),
  hits: z.int(),
  misses: z.int(),
  creations_per_minute: z.number(),
  oldest_ready_seconds: z.int().nullable(),
});

export const orphan = z.object({
  object: z.literal("orphan"),
  server: z.string(),
  kind: z.enum(["login", "database"]),
  name: z.string(),
  database_uuid: z.uuid().nullable(),
  found_in: z.enum(["server", "store"]),
  first_seen_at: timestamp.nullable(),
  will_be_removed: z.boolean(),
});

/** An application of a blueprint that was given up. */
export const deadApplication = z.object({
  object: z.literal("blueprint_application"),
  id: z.int(),
  state: z.enum(["failed", "rolled_back"]),
  database_uuid: z.uuid(),
  attempts: z.int(),
  error: z.object({ code: z.string(), message: z.string() }),
  created_at: timestamp,
  finished_at: timestamp.nullable(),
});

/** A queue message that nobody could work off; what it told of is in rows. */
export const deadMessage = z.object({
  object: z.literal("message"),
  id: z.int(),
  queue: z.string(),
  reason: z.enum(["unreadable", "exhausted"]),
  body: z.string(),
  attempts: z.int(),
  created_at: timestamp,
});

export const retried = z.object({
  object: z.enum(["operation", "blueprint_application"]),
  id: z.union([z.uuid(), z.int()]),
  state: z.literal("queued"),
});

/** Each kind of scheduled work counts what it did under its own name. */
export const sweepResult = z.looseObject({ object: z.literal("sweep") });
