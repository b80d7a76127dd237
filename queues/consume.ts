import { pause } from "../src/lib/clock.ts";
import type { Log } from "../src/lib/log.ts";
import { unreachable } from "../src/lib/unreachable.ts";
import {
  type ApplicationRunDeps,
  runApplications,
} from "../src/polykomos/blueprints/applications/run.ts";
import { keepDeadMessage } from "../src/polykomos/operations/dead-messages.ts";
import { type RunDeps, runOperation } from "../src/polykomos/operations/run.ts";
import { type DeliverDeps, deliver } from "../src/polykomos/webhooks/deliver.ts";
import { type JobMessage, jobMessageSchema } from "./messages.ts";

/**
 * The one place that decides what becomes of a message: acknowledged when its row has been seen to
 * (done, postponed or not due), tried again when the store itself failed, written down when nobody
 * can read it or its consumer has failed too often.
 */
export type ConsumeDeps = RunDeps &
  ApplicationRunDeps &
  DeliverDeps & { log: Log; background(work: Promise<unknown>): void };

/** Where a queue puts what its consumer failed at: `polypuma-jobs-dead`. */
const deadLetterSuffix = "-dead";

const retryDelaySeconds = 5;
const operationPatienceMs = 1_000;

type Job = { message: Message; content: JobMessage };

/** Works off one batch of either queue. */
export async function consume(deps: ConsumeDeps, batch: MessageBatch<unknown>): Promise<void> {
  const isDead = batch.queue.endsWith(deadLetterSuffix);
  await Promise.all(
    batch.messages.map(async (message) => {
      const content = jobMessageSchema.safeParse(message.body);
      if (content.success && !isDead) await runOne(deps, { message, content: content.data });
      else await bury(deps, batch.queue, message, content.success ? "exhausted" : "unreadable");
    }),
  );
}

async function bury(
  deps: ConsumeDeps,
  queue: string,
  message: Message,
  reason: "exhausted" | "unreadable",
): Promise<void> {
  const { id: messageId, body, attempts } = message;
  try {
    await keepDeadMessage(deps, { queue, messageId, reason, body, attempts });
    message.ack();
  } catch (error) {
    deps.log.error("dead_message_not_kept", { queue, messageId, error });
    message.retry({ delaySeconds: retryDelaySeconds });
  }
}

async function runOne(deps: ConsumeDeps, { message, content }: Job): Promise<void> {
  switch (content.kind) {
    case "operation":
      return await runOperationJob(deps, message, content.operationId);
    case "application":
      return beginApplications(deps, message, content.applicationId);
    case "deliveries":
      return await beginDeliveries(deps, message, content.deliveryIds);
    default:
      return unreachable(content);
  }
}

/**
 * Runs an operation, and waits for it a moment only: a server that does not answer would hold up the
 * work on all others. One that is cut off later is found by the sweep.
 */
async function runOperationJob(
  deps: ConsumeDeps,
  message: Message,
  operationId: string,
): Promise<void> {
  const run = runOperation(deps, operationId).then(
    () => "ended" as const,
    (error: unknown) => {
      // Only the store's failures arrive here; the server's are recorded in the row.
      deps.log.error("job_interrupted", { operationId, error });
      return "interrupted" as const;
    },
  );
  deps.background(run);
  const outcome = await Promise.race([run, pause(operationPatienceMs)]);
  if (outcome === "interrupted") message.retry({ delaySeconds: retryDelaySeconds });
  else message.ack();
}

/**
 * Begins deliveries and does not wait for the receivers: a message that held up the queue for a slow
 * one would delay all others. Each delivery is leased in its row, so one that is cut off is found by
 * the sweep.
 */
async function beginDeliveries(
  deps: ConsumeDeps,
  message: Message,
  ids: readonly number[],
): Promise<void> {
  const work = deps.deliveriesInFlight.run(() => deliver(deps, ids));
  if (work) deps.background(work);
  else await deps.announceDeliveries(ids, retryDelaySeconds);
  message.ack();
}

/**
 * Begins an application and does not wait for it: it may take minutes, and holds a lease in its row.
 * With as many under way as may be, the first that ends goes on with what waits.
 */
function beginApplications(deps: ConsumeDeps, message: Message, id: number): void {
  const work = deps.applicationsInFlight.run(() => runApplications(deps, id));
  if (work) deps.background(work);
  message.ack();
}
