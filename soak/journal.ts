import type { Finding } from "./finding.ts";
import type { Outages } from "./outages.ts";

/** What was answered, how soon, and what of it must not have been. */
export type Api = "polykomos" | "puma" | "operator";

export type Exchange = {
  api: Api;
  /** What was asked for, such as `createDatabase`. */
  what: string;
  /** Null: no answer came. */
  status: number | null;
  retryAfter: string | null;
  /** The beginning of an answer that is an error. */
  text: string;
  fromMs: number;
  toMs: number;
};

type Counted = { answers: number; lost: number; byClass: Record<string, number> };

export type Journal = {
  note(exchange: Exchange): void;
  counts(): Record<Api, Counted>;
  /** How often each thing was asked for. */
  byWhat(): Record<string, number>;
  /** 503 with Retry-After, inside of outages. */
  excused(): number;
  /** Milliseconds of the answers of one thing. */
  times(what: string): number[];
};

/** Every answer from 500 on is a finding, apart from 503 with Retry-After in an outage. */
export function faultOf(exchange: Exchange, outages: Outages): Finding | null {
  const { api, status, what, retryAfter, text, fromMs, toMs } = exchange;
  if (status === null || status < 500 || api === "operator") return null;
  const met = outages.during(fromMs, toMs, api);
  const isPolite = status === 503 && /^[1-9]\d*$/.test(retryAfter ?? "");
  if (met.length > 0 && isPolite) return null;
  const during =
    met.length > 0 ? `during ${met.map((each) => each.what).join(", ")}` : "unprovoked";
  const polite = status === 503 && !isPolite ? " without Retry-After" : "";
  return {
    kind: "server error",
    what: `${what} was answered ${status}${polite}, ${during}`,
    detail: { fromMs: Math.round(fromMs), toMs: Math.round(toMs), text },
  };
}

export function createJournal(outages: Outages, report: (finding: Finding) => void): Journal {
  const empty = (): Counted => ({ answers: 0, lost: 0, byClass: {} });
  const counted: Record<Api, Counted> = {
    polykomos: empty(),
    puma: empty(),
    operator: empty(),
  };
  const whats = new Map<string, number[]>();
  let excused = 0;
  return {
    note(exchange) {
      const { api, what, status, fromMs, toMs } = exchange;
      const of = counted[api];
      if (status === null) {
        of.lost += 1;
        return;
      }
      of.answers += 1;
      const statusClass =
        status === 503 || status === 429 ? `${status}` : `${(status / 100) | 0}xx`;
      of.byClass[statusClass] = (of.byClass[statusClass] ?? 0) + 1;
      const times = whats.get(what) ?? [];
      times.push(toMs - fromMs);
      whats.set(what, times);
      const fault = faultOf(exchange, outages);
      if (fault) report(fault);
      else if (status === 503 && api !== "operator") excused += 1;
    },
    counts: () => counted,
    byWhat: () => Object.fromEntries([...whats].map(([what, times]) => [what, times.length])),
    excused: () => excused,
    times: (what) => whats.get(what) ?? [],
  };
}
