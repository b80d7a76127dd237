/** Bounds how many pieces of work one isolate runs at once, over all its requests. */
export type InFlight = {
  /** Runs the work; `null`, and does not, while there are as many as may be. */
  run<Value>(work: () => Promise<Value>): Promise<Value> | null;
};

export function createInFlight(max: number): InFlight {
  let running = 0;
  return {
    run(work) {
      if (running >= max) return null;
      running += 1;
      return work().finally(() => {
        running -= 1;
      });
    },
  };
}
