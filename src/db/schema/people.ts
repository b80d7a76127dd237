import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

export const users = pgTable("users", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique(),
  name: text().notNull(),
  /** Names the user's AccountGate object and stands in each of the user's keys. */
  accountId: text("account_id").notNull().unique(),
  /** The pumaDB account of the same address; null until the first sign-in to the console. */
  pumaAccountId: text("puma_account_id"),
  createdAt: time("created_at").notNull(),
});

export const teams = pgTable(
  "teams",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    /** The request that made it, so that a retry makes no second one. */
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
  },
  (table) => [uniqueIndex("teams_request_key").on(table.requestKey)],
);

export const memberships = pgTable(
  "memberships",
  {
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    role: text({ enum: ["owner", "member"] }).notNull(),
    isPrimary: boolean("is_primary").notNull().default(false),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.teamId] }),
    uniqueIndex("memberships_primary").on(table.userId).where(sql`${table.isPrimary}`),
    index("memberships_team").on(table.teamId),
  ],
);

/** An address that was invited to a team. Whoever signs in with the address may answer, once. */
export const invitations = pgTable(
  "invitations",
  {
    id: uuid().primaryKey(),
    teamId: integer("team_id")
      .notNull()
      .references(() => teams.id),
    email: text().notNull(),
    role: text({ enum: ["owner", "member"] }).notNull(),
    invitedBy: integer("invited_by")
      .notNull()
      .references(() => users.id),
    state: text({ enum: ["pending", "accepted", "declined", "withdrawn"] }).notNull(),
    requestKey: text("request_key"),
    createdAt: time("created_at").notNull(),
    expiresAt: time("expires_at").notNull(),
    /** When its mail was handed over; null: the sweep sees to it. */
    mailedAt: time("mailed_at"),
    answeredAt: time("answered_at"),
  },
  (table) => [
    uniqueIndex("invitations_pending")
      .on(table.teamId, table.email)
      .where(sql`${table.state} = 'pending'`),
    index("invitations_email").on(table.email).where(sql`${table.state} = 'pending'`),
    uniqueIndex("invitations_request_key").on(table.requestKey),
  ],
);

/** Somebody signed in to the console, in one browser. */
export const consoleSessions = pgTable(
  "console_sessions",
  {
    id: uuid().primaryKey(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    /** SHA-256 of the cookie's token. */
    tokenHash: text("token_hash").notNull().unique(),
    /** The team that is being looked at; null: the primary one. */
    teamId: integer("team_id").references(() => teams.id),
    /** The browser as it named itself, cut short. */
    client: text().notNull(),
    createdAt: time("created_at").notNull(),
    /** Written now and then, not with every request. */
    usedAt: time("used_at").notNull(),
    /** It ends then, or earlier when it is not used. */
    expiresAt: time("expires_at").notNull(),
  },
  (table) => [
    index("console_sessions_user").on(table.userId),
    index("console_sessions_age").on(table.expiresAt),
  ],
);
