import { setTimeout as pause } from "node:timers/promises";
import { type Random, randomOf } from "./random.ts";
import type { Soak } from "./soak.ts";

/** One thing that a client does; what it has for that is its stage. */
type Step<Stage> = { name: string; run(stage: Stage): Promise<void> };

/** What a client does, and how often each beside the others. */
export type Steps<Stage> = readonly (readonly [Step<Stage>, weight: number])[];

/** Step `number` of a client is drawn from the seed, its name and the number alone. */
function draw<Stage>(steps: Steps<Stage>, seed: number, name: string, number: number) {
  const random = randomOf(seed, name, number);
  return { step: random.weighted(steps), random };
}

type Client<Stage> = {
  name: string;
  seed: number;
  steps: Steps<Stage>;
  /** From how long to how long it pauses after a step. */
  thinkMs: readonly [least: number, most: number];
  stageOf(random: Random, number: number): Stage;
};

/** Takes one step after another until the load is over. */
export async function takeSteps<Stage>(soak: Soak, client: Client<Stage>): Promise<void> {
  const { name, seed, steps, thinkMs, stageOf } = client;
  for (let number = 0; !soak.isOver(); number++) {
    const { step, random } = draw(steps, seed, name, number);
    try {
      await step.run(stageOf(random, number));
    } catch (error) {
      soak.report({ kind: "broken client", what: `${name} ${step.name}: ${error}` });
    }
    await pause(random.between(...thinkMs));
  }
}

/** The names of the first so many steps of a client; the same of the same seed. */
export function plannedSteps<Stage>(
  steps: Steps<Stage>,
  seed: number,
  name: string,
  count: number,
): string[] {
  return Array.from({ length: count }, (_, number) => draw(steps, seed, name, number).step.name);
}
