import { residentMb } from "../bench/process-use.ts";
import { median } from "../bench/rows.ts";
import type { Finding } from "./finding.ts";

/** The Worker's memory over time. Each life of its process is a line of its own. */
export type Sample = {
  atMs: number;
  life: number;
  /** Of the process: with it the platform's simulators, and what is yet to be collected. */
  megabytes: number;
  /** What the Worker's isolate holds on to; null when it was not asked. */
  liveMb: number | null;
  /** How long that was asked for: the isolate collects meanwhile, and does nothing else. */
  tookMs: number;
};

export type Growth = {
  /** Of the longest life, without its beginning. */
  seconds: number;
  firstMb: number;
  lastMb: number;
  ratio: number;
  /** Of the process, at its largest. */
  processMb: number;
};

const everyMs = 5_000;
/** Until all code has been loaded and compiled, and the caches are as large as the load makes them. */
const warmUpMs = 60_000;
const samplesMin = 8;
const ratioMax = 1.15;

type Watched = { life(): number | null; liveHeap(): Promise<number | null> };

/** Takes a sample every few seconds; the result ends it and gives them all. */
export function watchMemory(worker: Watched): () => Sample[] {
  const samples: Sample[] = [];
  async function take(): Promise<void> {
    const life = worker.life();
    const atMs = performance.now();
    const megabytes = residentMb();
    const liveMb = await worker.liveHeap();
    const tookMs = performance.now() - atMs;
    if (life !== null && megabytes > 0) samples.push({ atMs, life, megabytes, liveMb, tookMs });
  }
  const timer = setInterval(() => void take(), everyMs);
  return () => {
    clearInterval(timer);
    return samples;
  };
}

/** The last quarter of the longest life beside its first, or null when none was long enough. */
export function growthOf(samples: readonly Sample[]): Growth | null {
  const lives = Map.groupBy(samples, ({ life }) => life);
  const [longest = []] = [...lives.values()].sort((a, b) => b.length - a.length);
  const begunMs = (longest[0]?.atMs ?? 0) + warmUpMs;
  const warm = longest.filter(({ atMs, liveMb }) => atMs >= begunMs && liveMb !== null);
  const quarter = Math.floor(warm.length / 4);
  if (warm.length < samplesMin) return null;
  const of = (part: readonly Sample[]) => median(part.map(({ liveMb }) => liveMb ?? 0));
  const [firstMb, lastMb] = [of(warm.slice(0, quarter)), of(warm.slice(-quarter))];
  const seconds = ((warm.at(-1)?.atMs ?? 0) - (warm[0]?.atMs ?? 0)) / 1_000;
  const processMb = Math.max(...warm.map(({ megabytes }) => megabytes));
  return { seconds, firstMb, lastMb, ratio: lastMb / firstMb, processMb };
}

export function auditGrowth(growth: Growth | null): Finding[] {
  if (growth === null || growth.ratio <= ratioMax) return [];
  const { firstMb, lastMb, seconds } = growth;
  const what = `from ${firstMb.toFixed(0)} to ${lastMb.toFixed(0)} MB in ${seconds.toFixed(0)} s`;
  return [{ kind: "memory grows", what }];
}

export const memoryBar = ratioMax;
