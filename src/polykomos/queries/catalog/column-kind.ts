import type { ColumnKind } from "./catalog.ts";

/** A whole word each: an `interval` is no `int`, a `daterange` no `date`. */
const kinds: [RegExp, ColumnKind][] = [
  [/^(tinyint\(1\)|bool(ean)?\b|bit\(1\))/, "boolean"],
  [/^(small|big|tiny|medium)?(int|serial)(eger|\d)?\b/, "number"],
  [/^(numeric|decimal|real|double|float\d?|money|oid|year)\b/, "number"],
  [/^(timestamp|datetime)/, "timestamp"],
  [/^date\b/, "date"],
  [/^time/, "time"],
  [/^jsonb?\b/, "json"],
  [/(text|char|citext|^enum|^set\(|^uuid|^name$)/, "text"],
];

/** What a question may do with a column of this type, named as the engine names it; enums of PostgreSQL apart. */
export function columnKind(type: string): ColumnKind {
  const name = type.toLowerCase();
  if (name.endsWith("[]")) return "other";
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? "other";
}
