import { type Random, randomOf } from "./random.ts";

/**
 * What goes wrong in a run, and when. Each kind has a lane of its own, spread over its part of the
 * run in equal slots with the moment drawn within them, so that even a short run meets every kind.
 */
export type Fault = { atMs: number } & (
  | { kind: "kill"; downMs: number }
  | { kind: "link"; server: number; how: "cut" | "silent" | "slow"; forMs: number }
  | { kind: "full disk"; forMs: number }
  | { kind: "clock"; byMs: number }
  | { kind: "queue"; lost: number; doubled: number; forMs: number }
  | { kind: "store"; forMs: number }
);

type FaultKind = Fault["kind"];

/** From which part of the run to which, how often, and what. */
type Lane = {
  from: number;
  to: number;
  everySeconds: number;
  draw(random: Random, index: number): DistributedOmit<Fault, "atMs">;
};
type DistributedOmit<Union, Name extends PropertyKey> = Union extends unknown
  ? Omit<Union, Name>
  : never;

const minuteMs = 60_000;

/** Kills end early: what follows is one life of the Worker, long enough to see whether it grows. */
function lanesOf(servers: number): Record<FaultKind, Lane> {
  return {
    kill: {
      from: 0.04,
      to: 0.5,
      everySeconds: 18,
      draw: (random) => ({ kind: "kill", downMs: random.between(0, 1_500) }),
    },
    link: {
      from: 0.04,
      to: 0.85,
      everySeconds: 16,
      draw: (random, index) => ({
        kind: "link",
        server: (index + random.between(0, 1)) % servers,
        how: random.pick(["cut", "cut", "silent", "slow"]),
        forMs: random.between(2_000, 8_000),
      }),
    },
    "full disk": {
      from: 0.2,
      to: 0.8,
      everySeconds: 90,
      draw: (random) => ({ kind: "full disk", forMs: random.between(4_000, 9_000) }),
    },
    clock: {
      from: 0.05,
      to: 0.9,
      everySeconds: 14,
      draw: (random) => ({
        kind: "clock",
        // All of them together stay below the day for which answers are kept for replays.
        byMs: random.chance(0.3)
          ? -random.between(1_000, minuteMs)
          : random.between(1_000, 30 * minuteMs),
      }),
    },
    queue: {
      from: 0.05,
      to: 0.85,
      everySeconds: 40,
      draw: (random) => ({
        kind: "queue",
        lost: random.between(5, 40) / 100,
        doubled: random.between(5, 40) / 100,
        forMs: random.between(8_000, 20_000),
      }),
    },
    store: {
      from: 0.3,
      to: 0.85,
      everySeconds: 110,
      draw: (random) => ({ kind: "store", forMs: random.between(1_000, 4_000) }),
    },
  };
}

/** The faults of a run in their order. `servers` is how many links there are. */
export function planFaults(seed: number, seconds: number, servers: number): Fault[] {
  return Object.entries(lanesOf(servers))
    .flatMap(([kind, lane]) => {
      const random = randomOf(seed, "faults", kind);
      const lengthMs = (lane.to - lane.from) * seconds * 1_000;
      const count = Math.max(1, Math.round(lengthMs / 1_000 / lane.everySeconds));
      return Array.from({ length: count }, (_, index): Fault => {
        const part = (index + random.next() * 0.8) / count;
        const atMs = Math.round(lane.from * seconds * 1_000 + part * lengthMs);
        return { ...lane.draw(random, index), atMs };
      });
    })
    .sort((a, b) => a.atMs - b.atMs);
}
