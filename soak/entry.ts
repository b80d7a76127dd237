import worker from "../test/support/clock-entry.ts";
import { randomOf } from "./random.ts";

export * from "../test/support/clock-entry.ts";

/**
 * The Worker as the soak runs it: as the tests do, with queues that lose and double messages. `POST
 * /test/queue-faults {"seed", "lost", "doubled"}` sets the shares of each.
 */
type Env = Parameters<typeof worker.fetch>[1];
type QueueFaults = { seed: string; lost: number; doubled: number };

let faults = { lost: 0, doubled: 0 };
let random = randomOf("none");

function lossy<Body>(queue: Queue<Body>): Queue<Body> {
  const faulty = {
    async sendBatch(messages: Iterable<MessageSendRequest<Body>>, options?: QueueSendBatchOptions) {
      const kept = [...messages].flatMap((message) => {
        const drawn = random.next();
        if (drawn < faults.lost) return [];
        return drawn < faults.lost + faults.doubled ? [message, message] : [message];
      });
      // The platform takes no more in one call.
      for (let start = 0; start < kept.length; start += 100) {
        await queue.sendBatch(kept.slice(start, start + 100), options);
      }
    },
  };
  // All that the Worker uses of a queue.
  return faulty as unknown as Queue<Body>;
}

/** One per environment, for the Worker builds itself once for each that it sees. */
const environments = new WeakMap<Env, Env>();

function withLossyQueues(env: Env): Env {
  const known = environments.get(env);
  if (known) return known;
  const faulty = { ...env, JOBS: lossy(env.JOBS), DELIVERIES: lossy(env.DELIVERIES) };
  environments.set(env, faulty);
  return faulty;
}

export default {
  ...worker,
  async fetch(request: Request, env: Env, ctx: ExecutionContext) {
    if (new URL(request.url).pathname === "/test/queue-faults") {
      const { seed, lost, doubled } = await request.json<QueueFaults>();
      faults = { lost, doubled };
      random = randomOf(seed);
      return Response.json(faults);
    }
    return await worker.fetch(request, withLossyQueues(env), ctx);
  },
  queue: (batch: MessageBatch, env: Env) => worker.queue(batch, withLossyQueues(env)),
};
