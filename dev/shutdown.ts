import { setTimeout as pause } from "node:timers/promises";

/** Something that was started and has to be ended. */
type Stoppable = { stop(): Promise<void> | void };
type Shutdown = {
  /** True once ending has begun; nothing more may be started then. */
  readonly begun: boolean;
  /** Remembers what is being started, so that it is ended even if the order comes meanwhile. */
  own<T extends Stoppable>(starting: Promise<T> | T): Promise<T>;
  /** Ends everything, the last started first; safe to call again. */
  run(): Promise<void>;
};

const startGraceMs = 15_000;

/** Keeps the list of what this process has started. */
export function newShutdown(): Shutdown {
  const owned: Promise<Stoppable | null>[] = [];
  let running: Promise<void> | null = null;

  async function own<T extends Stoppable>(starting: Promise<T> | T): Promise<T> {
    const started = Promise.resolve(starting);
    owned.push(started.catch(() => null));
    return started;
  }

  async function endAll(): Promise<void> {
    for (let next = owned.pop(); next !== undefined; next = owned.pop()) {
      const started = await Promise.race([next, pause(startGraceMs, null, { ref: false })]);
      await started?.stop();
    }
  }

  function run(): Promise<void> {
    running ??= endAll();
    return running;
  }

  return {
    get begun() {
      return running !== null;
    },
    own,
    run,
  };
}
