import type { ColumnKind } from "./catalog.ts";

const kinds: [RegExp, ColumnKind][] = [
  [/^(tinyint\(1\)|bool(ean)?|bit\(1\))/, "boolean"],
  [
    /^(small|big|tiny|medium)?(int|serial)|^(integer|numeric|decimal|real|double|float|money|oid|year)/,
    "number",
  ],
  [/^(timestamp|datetime)/, "timestamp"],
  [/^date/, "date"],
  [/^time/, "time"],
  [/^json/, "json"],
  [/(text|char|citext|^enum|^set\(|^uuid|^name$)/, "text"],
];

/** What a question may do with a column of this type, named as the engine names it. */
export function columnKind(type: string, isEnum = false): ColumnKind {
  if (isEnum) return "text";
  const name = type.toLowerCase();
  if (name.endsWith("[]")) return "other";
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? "other";
}
