import { Time } from "./page.tsx";

/** Small drawings of numbers, in SVG attributes alone: the page's policy allows no inline style. */

/** How much of a limit is used. */
export function Meter(props: {
  label: string;
  used: number;
  limit: number;
  usedText: string;
  limitText: string;
}) {
  const share = props.limit > 0 ? Math.min(1, props.used / props.limit) : 0;
  const kind = share >= 1 ? " bad" : share >= 0.75 ? " warn" : "";
  return (
    <div class={`meter${kind}`}>
      <span class="of">
        <span>{props.label}</span>
        <span>
          <b>{props.usedText}</b> of {props.limitText}
        </span>
      </span>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width={(share * 100).toFixed(2)} height="4" />
      </svg>
    </div>
  );
}

export type Point = { at: string; value: number };

const width = 300;
const height = 60;

/** A line over time, from nothing up. `format` says a value in words. */
export function Sparkline(props: {
  label: string;
  points: readonly Point[];
  format: (value: number) => string;
  /** Small, for a cell of a table, with no more than this under it. */
  caption?: string;
}) {
  const { points } = props;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) {
    return (
      <div>
        <h3>{props.label}</h3>
        <p class="hint">
          A line appears here once it was measured for a while: a point every quarter of an hour.
        </p>
      </div>
    );
  }
  const [start, end] = [Date.parse(first.at), Date.parse(last.at)];
  const most = Math.max(1, ...points.map(({ value }) => value));
  const places = points.map(({ at, value }) => {
    const x = ((Date.parse(at) - start) / (end - start)) * width;
    const y = height - 2 - (value / most) * (height - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const line = `M${places.join("L")}`;
  const summary = `${props.label}: ${props.format(first.value)} at first, ${props.format(last.value)} now, at most ${props.format(most)}`;
  const drawing = (
    <svg
      class={props.caption ? "spark bare" : "spark"}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={summary}
    >
      <path class="area" d={`${line}L${width},${height}L0,${height}Z`} />
      <path class="line" d={line} />
    </svg>
  );
  if (props.caption) {
    return (
      <div class="trend">
        {drawing}
        <span class="sub">{props.caption}</span>
      </div>
    );
  }
  return (
    <div>
      <h3>{props.label}</h3>
      {drawing}
      <div class="spark-ends">
        <span>
          <Time iso={first.at} />
        </span>
        <span>now {props.format(last.value)}</span>
      </div>
    </div>
  );
}
