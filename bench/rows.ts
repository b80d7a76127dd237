/** What every benchmark suite hands back: one figure a row, beside its floor where it has one. */
export type Row = {
  suite: string;
  name: string;
  value: number;
  unit: string;
  /** Least and most of the rounds that `value` is the median of. */
  range?: Range;
  /** The same figure of the least that could do the work, taken in the same rounds. */
  floor?: number;
  /** Median over the rounds of ours by theirs. */
  ratio?: number;
  ratioRange?: Range;
  /** What is promised, for example `ratio ≥ 0.8`, and whether it was kept. */
  bar?: string;
  ok?: boolean;
};

type Range = [least: number, most: number];

/** What a suite's file exports. */
export type Suite = { run(): Promise<Row[]> };

type Bar = { of: "value" | "ratio"; atMost: number } | { of: "value" | "ratio"; atLeast: number };

/** The row with its promise and the verdict on it. */
export function withBar(row: Row, bar: Bar): Row {
  const measured = bar.of === "value" ? row.value : row.ratio;
  const [sign, limit] = "atMost" in bar ? ["≤", bar.atMost] : ["≥", bar.atLeast];
  const kept = measured !== undefined && (sign === "≤" ? measured <= limit : measured >= limit);
  const subject =
    bar.of === "ratio" ? `ratio ${sign} ${limit}` : `${sign} ${limit} ${row.unit}`.trim();
  return { ...row, bar: subject, ok: kept };
}

/** A row of rounds that ours and the floor ran in turns. */
export function comparedRow(
  head: { suite: string; name: string; unit: string },
  rounds: readonly { ours: number; floor: number }[],
): Row {
  const ours = rounds.map((round) => round.ours);
  const ratios = rounds.map((round) => round.ours / round.floor);
  return {
    ...head,
    value: median(ours),
    range: rangeOf(ours),
    floor: median(rounds.map((round) => round.floor)),
    ratio: median(ratios),
    ratioRange: rangeOf(ratios),
  };
}

/** The value that the given part of the sorted values does not exceed (nearest rank). */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(part * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error("No values were measured");
  return found;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function rangeOf(values: readonly number[]): Range {
  return [Math.min(...values), Math.max(...values)];
}
