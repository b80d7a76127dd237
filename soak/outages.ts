/**
 * When something was broken on purpose. Inside of an outage an answer may be 503 with Retry-After;
 * the Worker's own death reaches every request, a server's or the store's only those of Polykomos.
 */
type Reach = "worker" | "polykomos";

type Outage = { what: string; reach: Reach; fromMs: number; untilMs: number };

export type Outages = {
  readonly all: readonly Outage[];
  /** Begins one; call the result when its effects have gone. */
  begin(what: string, reach: Reach): () => void;
  /** The outages that a request from `fromMs` to `toMs` may have met. */
  during(fromMs: number, toMs: number, api: "polykomos" | "puma"): Outage[];
};

export function createOutages(now: () => number = performance.now.bind(performance)): Outages {
  const all: Outage[] = [];
  return {
    all,
    begin(what, reach) {
      const outage = { what, reach, fromMs: now(), untilMs: Number.POSITIVE_INFINITY };
      all.push(outage);
      return () => {
        outage.untilMs = Math.min(outage.untilMs, now());
      };
    },
    during: (fromMs, toMs, api) =>
      all.filter(
        (each) =>
          (api === "polykomos" || each.reach === "worker") &&
          each.fromMs <= toMs &&
          each.untilMs >= fromMs,
      ),
  };
}
