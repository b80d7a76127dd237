import type { Verdict } from "./verdicts.ts";

const PERCENT = 100;

/** The figures of one set on one engine, as lines of text. */
export function reportLines(verdicts: readonly Verdict[]): string[] {
  const levels = [...new Set(verdicts.map((verdict) => verdict.level))].sort();
  const sealed = verdicts.filter((verdict) => verdict.sealed);
  const answered = verdicts.filter((verdict) => verdict.sql !== null);
  const failed = answered.filter((verdict) => verdict.error !== null);
  const times = verdicts.map((verdict) => verdict.milliseconds).sort((a, b) => a - b);
  const sure = answered
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, Math.ceil(verdicts.length / 2));
  const agreeing = verdicts.filter((verdict) => verdict.agrees);
  return [
    line("all", verdicts),
    ...(levels.length > 1 ? levels.map((level) => line(level, atLevel(verdicts, level))) : []),
    ...(sealed.length > 0
      ? [
          line(
            "open",
            verdicts.filter((verdict) => !verdict.sealed),
          ),
          line("sealed", sealed),
        ]
      : []),
    ...(agreeing.length < verdicts.length ? [line("gold agrees", agreeing)] : []),
    `  refused ${share(verdicts.length - answered.length, verdicts.length)}, failed to run ${failed.length} of ${answered.length} (${share(failed.length, answered.length)})`,
    `  most confident half: strict ${rate(sure, "strict")}, superset ${rate(sure, "superset")}`,
    `  translation p50 ${quantile(times, 0.5)} ms, p95 ${quantile(times, 0.95)} ms`,
  ];
}

function atLevel(verdicts: readonly Verdict[], level: string): Verdict[] {
  return verdicts.filter((verdict) => verdict.level === level);
}

function line(name: string, verdicts: readonly Verdict[]): string {
  const figures = `strict ${rate(verdicts, "strict")}  superset ${rate(verdicts, "superset")}`;
  return `  ${name.padEnd(28)} n ${String(verdicts.length).padStart(5)}  ${figures}`;
}

function rate(verdicts: readonly Verdict[], metric: "strict" | "superset"): string {
  return share(verdicts.filter((verdict) => verdict[metric]).length, verdicts.length);
}

function share(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((PERCENT * part) / whole).toFixed(1)} %`;
}

function quantile(sorted: readonly number[], at: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? 0).toFixed(1);
}
