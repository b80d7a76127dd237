import { describe, expect, test } from "vitest";
import { planFaults } from "../../soak/fault-plan.ts";
import { readOptions } from "../../soak/options.ts";
import { polykomosSteps } from "../../soak/polykomos-steps.ts";
import { pumaSteps } from "../../soak/puma-steps.ts";
import { plannedSteps } from "../../soak/steps.ts";

const servers = 4;

describe("a seed", () => {
  test("gives the same faults and the same steps again", () => {
    expect(planFaults(7, 300, servers)).toEqual(planFaults(7, 300, servers));
    expect(plannedSteps(pumaSteps, 7, "agent0", 500)).toEqual(
      plannedSteps(pumaSteps, 7, "agent0", 500),
    );
    expect(plannedSteps(polykomosSteps, 7, "program0", 500)).toEqual(
      plannedSteps(polykomosSteps, 7, "program0", 500),
    );
  });

  test("gives others than another seed, and each client its own", () => {
    expect(planFaults(7, 300, servers)).not.toEqual(planFaults(8, 300, servers));
    expect(plannedSteps(pumaSteps, 7, "agent0", 500)).not.toEqual(
      plannedSteps(pumaSteps, 8, "agent0", 500),
    );
    expect(plannedSteps(pumaSteps, 7, "agent0", 500)).not.toEqual(
      plannedSteps(pumaSteps, 7, "agent1", 500),
    );
  });
});

describe("every plan", () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);

  test.each([20, 60, 300])("of %i seconds has every kind of fault, in order", (seconds) => {
    for (const seed of seeds) {
      const plan = planFaults(seed, seconds, servers);
      expect([...new Set(plan.map(({ kind }) => kind))].sort()).toEqual([
        "clock",
        "full disk",
        "kill",
        "link",
        "queue",
        "store",
      ]);
      const times = plan.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.every((atMs) => atMs >= 0 && atMs < seconds * 1_000)).toBe(true);
    }
  });

  test("of five minutes moves the clock by less than the day for which answers are kept", () => {
    for (const seed of seeds) {
      const jumps = planFaults(seed, 300, servers).flatMap((fault) =>
        fault.kind === "clock" ? [fault.byMs] : [],
      );
      expect(jumps.reduce((sum, ms) => sum + Math.max(0, ms), 0)).toBeLessThan(20 * 3_600_000);
    }
  });
});

test("an argument that is unknown or out of bounds is refused, with how it is used", () => {
  expect(readOptions([])).toEqual({ seconds: 300, seed: 1, clients: 12, withFaults: true });
  expect(readOptions(["--seed", "3", "--no-faults"])).toMatchObject({ seed: 3, withFaults: false });
  for (const words of [["--seconds", "5"], ["--clients", "1"], ["--seed", "x"], ["--fast"]]) {
    expect(() => readOptions(words)).toThrow();
  }
});
