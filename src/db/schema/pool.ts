import { bigint, boolean, doublePrecision, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

/** The demand on each pool, up to `counted_at`. */
export const pools = pgTable(
  "pools",
  {
    engine: text({ enum: ["postgres", "mysql"] }).notNull(),
    region: text().notNull(),
    /** Creations that found a ready database, and those that did not. */
    hits: bigint({ mode: "number" }).notNull().default(0),
    misses: bigint({ mode: "number" }).notNull().default(0),
    /** Creations a second, older ones counting exponentially less. */
    ratePerSecond: doublePrecision("rate_per_second").notNull().default(0),
    countedAt: time("counted_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.engine, table.region] })],
);

/** Creations that are not yet counted in `pools`: rows, so that creations do not wait for another. */
export const poolClaims = pgTable("pool_claims", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  engine: text({ enum: ["postgres", "mysql"] }).notNull(),
  region: text().notNull(),
  isHit: boolean("is_hit").notNull(),
  claimedAt: time("claimed_at").notNull(),
});
