import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { quantile } from "../bench/rows.ts";
import type { Finding } from "./finding.ts";
import type { Account } from "./puma-model.ts";
import { pumaRequest } from "./puma-stage.ts";
import { persist, type Soak } from "./soak.ts";

/** Reads of pumaDB by a process of their own: first with nothing else, then under the load. */
export type ProbeOrder = { url: string; key: string };
/** `fromMs` by the machine's clock; status 0: no answer. */
export type ProbeSample = { fromMs: number; ms: number; status: number };

export type Probe = {
  /** Follows the Worker to its new address. */
  aim(): Promise<void>;
  /** All since the last time. */
  take(): Promise<ProbeSample[]>;
  stop(): void;
};

const rowsRead = 60;
const ratioMax = 5;
/** Below it a tenth of them would decide. */
const samplesMin = 300;

/** Fills the probe's account, and begins. */
export async function startProbe(soak: Soak, account: Account): Promise<Probe> {
  for (let n = 0; n < rowsRead; n++) {
    const body = { n, text: `note ${n} `.repeat(20) };
    await persist(soak, pumaRequest(account, "addRow", "POST", "/v1/notes", body));
  }
  const child = fork(join(import.meta.dirname, "probe-process.ts"));
  const probe: Probe = {
    async aim() {
      child.send({ url: await soak.world.address(), key: account.key } satisfies ProbeOrder);
    },
    async take() {
      const answered = once(child, "message");
      child.send("report");
      const [samples] = await answered;
      return samples;
    },
    stop: () => void child.disconnect(),
  };
  await probe.aim();
  return probe;
}

export type Times = { count: number; p50Ms: number; p99Ms: number };

/** When the run had the Worker's isolate collect its garbage. */
export type Collection = { atMs: number; tookMs: number };

/**
 * Of the reads that neither an outage of the Worker touched nor a collection that the run itself
 * forced, to measure memory; null when they are too few.
 */
export function timesOf(
  soak: Pick<Soak, "outages">,
  samples: readonly ProbeSample[],
  collections: readonly Collection[] = [],
): Times | null {
  // From the machine's clock to the process's own.
  const shiftMs = performance.now() - Date.now();
  function touched(each: ProbeSample): boolean {
    const fromMs = each.fromMs + shiftMs;
    const toMs = fromMs + each.ms;
    const isIn = ({ atMs, tookMs }: Collection) => atMs <= toMs && atMs + tookMs >= fromMs;
    return soak.outages.during(fromMs, toMs, "puma").length > 0 || collections.some(isIn);
  }
  const ms = samples.filter((each) => each.status === 200 && !touched(each)).map(({ ms }) => ms);
  if (ms.length < samplesMin) return null;
  return { count: ms.length, p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) };
}

/** Answers that a read must not get while the Worker is up. */
export function auditProbe(soak: Soak, samples: readonly ProbeSample[]): Finding[] {
  const shiftMs = performance.now() - Date.now();
  return samples
    .filter(({ status, fromMs, ms }) => {
      const from = fromMs + shiftMs;
      // The process learns of a new address a moment late.
      const graceMs = 2_000;
      return status !== 200 && soak.outages.during(from - graceMs, from + ms, "puma").length === 0;
    })
    .map(({ status }) => ({ kind: "server error", what: `a read was answered ${status}` }));
}

export function auditTimes(idle: Times | null, loaded: Times | null): Finding[] {
  if (!idle || !loaded) return [{ kind: "not measured", what: "too few reads of the probe" }];
  if (loaded.p99Ms <= ratioMax * idle.p99Ms) return [];
  const what = `p99 ${loaded.p99Ms.toFixed(1)} ms under load, ${idle.p99Ms.toFixed(1)} ms idle`;
  return [{ kind: "slow reads", what }];
}

export const readsBar = ratioMax;
