import { timestamp } from "drizzle-orm/pg-core";

/** A point in time, to the millisecond. It is given by the Worker's clock, never by the server's. */
export function time(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date", precision: 3 });
}
