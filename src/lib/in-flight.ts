import { pause } from "./clock.ts";

/** Bounds how much work runs at once in one isolate, over all its requests. */
export type InFlight = {
  /** Resolves when there is room for more. */
  room(): Promise<void>;
  enter(work: Promise<unknown>): void;
};

/** Looked at again this often: a request may not wait on a promise of another one. */
const lookAgainMs = 20;

export function createInFlight(max: number): InFlight {
  let running = 0;
  return {
    async room() {
      while (running >= max) await pause(lookAgainMs);
    },
    enter(work) {
      running += 1;
      const leave = () => {
        running -= 1;
      };
      work.then(leave, leave);
    },
  };
}
