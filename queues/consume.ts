import type { Log } from "../src/lib/log.ts";
import { type RunDeps, runOperation } from "../src/polykomos/operations/run.ts";
import { type DeliverDeps, deliver } from "../src/polykomos/webhooks/deliver.ts";
import { type JobMessage, jobMessageSchema } from "./messages.ts";

/**
 * The one place that decides what becomes of a message: acknowledged when its row has been seen to
 * (done, postponed or not due), tried again when the store itself failed, dropped when unreadable.
 */
export type ConsumeDeps = RunDeps &
  DeliverDeps & { log: Log; background(work: Promise<unknown>): void };

const retryDelaySeconds = 5;

type Job = { message: Message; content: JobMessage };

/** Works off one batch of either queue. */
export async function consume(deps: ConsumeDeps, batch: MessageBatch<unknown>): Promise<void> {
  const jobs = batch.messages.flatMap((message): Job[] => {
    const content = jobMessageSchema.safeParse(message.body);
    if (content.success) return [{ message, content: content.data }];
    deps.log.error("unreadable_message", { messageId: message.id });
    message.ack();
    return [];
  });
  await Promise.all([...jobs.map((job) => runOne(deps, job)), deliverAll(deps, jobs)]);
}

async function runOne(deps: ConsumeDeps, { message, content }: Job): Promise<void> {
  if (content.kind !== "operation") return;
  try {
    await runOperation(deps, content.operationId);
    message.ack();
  } catch (error) {
    // Only the store's failures arrive here; the server's are recorded in the row.
    deps.log.error("job_interrupted", { operationId: content.operationId, error });
    message.retry({ delaySeconds: retryDelaySeconds });
  }
}

/**
 * Begins the batch's deliveries and does not wait for the receivers: a batch that held up the queue
 * for a slow one would delay all others. Each delivery is leased in its row, so one that is cut off
 * is found by the sweep.
 */
async function deliverAll(deps: ConsumeDeps, jobs: readonly Job[]): Promise<void> {
  const deliveries = jobs.flatMap(({ message, content }) =>
    content.kind === "delivery" ? [{ message, id: content.deliveryId }] : [],
  );
  if (deliveries.length === 0) return;
  await deps.deliveriesInFlight.room();
  const work = deliver(
    deps,
    deliveries.map(({ id }) => id),
  );
  deps.deliveriesInFlight.enter(work);
  deps.background(work);
  for (const { message } of deliveries) message.ack();
}
