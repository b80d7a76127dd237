import { dayMs, hourMs, minuteMs, secondMs } from "../../lib/clock.ts";

/** A time as it goes over the wire and into pages: ISO 8601 in UTC, to the millisecond. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const units = [
  { name: "day", ms: dayMs },
  { name: "hour", ms: hourMs },
  { name: "minute", ms: minuteMs },
];

/** A length of time in words, in the largest unit that it is whole in: `15 minutes`, `90 seconds`. */
export function durationText(ms: number): string {
  const unit = units.find((each) => ms >= each.ms && ms % each.ms === 0);
  const { name, ms: unitMs } = unit ?? { name: "second", ms: secondMs };
  const count = Math.round(ms / unitMs);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
