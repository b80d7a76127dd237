import worker from "../../src/index.ts";

export * from "../../src/index.ts";

/**
 * The Worker as tests run it: the same code, in a world whose clock can be moved and whose job queue
 * can fail. `POST /test/clock {"ms": n}` moves the clock n milliseconds ahead for everything in the
 * isolate. `POST /test/queue {"mode": …}` has messages lost, refused, sent twice, or held back; the
 * next mode lets go of those held back. `POST /test/message {"queue": …, "body": …}` sends a message
 * as it is.
 */
type TestQueue = "JOBS" | "DELIVERIES" | "JOBS_DEAD";
type Messages = Iterable<MessageSendRequest>;
type Options = QueueSendBatchOptions | undefined;
type QueueMode = "deliver" | "lose" | "refuse" | "double" | "hold";
type Env = Parameters<typeof worker.fetch>[1];

const realNow = Date.now;
const RealDate = Date;
let aheadMs = 0;

Date.now = () => realNow() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values: [], newTarget) =>
    Reflect.construct(target, values.length === 0 ? [Date.now()] : values, newTarget),
});

let mode: QueueMode = "deliver";
let held: [Messages, Options][] = [];

async function sendBatch(queue: Queue, messages: Messages, options: Options): Promise<void> {
  if (mode === "refuse") throw new Error("The queue is full");
  if (mode === "lose") return;
  if (mode === "hold") {
    held.push([[...messages], options]);
    return;
  }
  await queue.sendBatch(messages, options);
  if (mode === "double") await queue.sendBatch(messages, options);
}

/** One per environment, for the Worker builds itself once for each that it sees. */
const environments = new WeakMap<Env, Env>();

function withFaultyQueue(env: Env): Env {
  const known = environments.get(env);
  if (known) return known;
  const queue = env.JOBS;
  const JOBS = {
    sendBatch: (messages: Messages, options?: QueueSendBatchOptions) =>
      sendBatch(queue, messages, options),
  };
  // All that the Worker uses of the queue.
  const faulty = { ...env, JOBS: JOBS as unknown as typeof queue };
  environments.set(env, faulty);
  return faulty;
}

async function setMode(env: Env, next: QueueMode): Promise<void> {
  mode = next;
  const released = held;
  held = [];
  for (const [messages, options] of released) await sendBatch(env.JOBS, messages, options);
}

export default {
  ...worker,
  async fetch(request: Request, env: Env, ctx: ExecutionContext) {
    const { pathname } = new URL(request.url);
    if (pathname === "/test/clock") {
      const { ms } = await request.json<{ ms: number }>();
      aheadMs += ms;
      return Response.json({ ahead_ms: aheadMs });
    }
    if (pathname === "/test/message") {
      const { queue, body } = await request.json<{ queue: TestQueue; body: unknown }>();
      await (env as unknown as Record<TestQueue, Queue>)[queue].send(body);
      return Response.json({});
    }
    if (pathname === "/test/queue") {
      await setMode(env, (await request.json<{ mode: QueueMode }>()).mode);
      return Response.json({ mode });
    }
    const own = withFaultyQueue(env);
    return await worker.fetch(request as Parameters<typeof worker.fetch>[0], own, ctx);
  },
  queue: (batch: MessageBatch, env: Env) => worker.queue(batch, withFaultyQueue(env)),
};
