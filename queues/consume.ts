import type { Log } from "../src/lib/log.ts";
import { type RunDeps, runOperation } from "../src/polykomos/operations/run.ts";
import { jobMessageSchema } from "./messages.ts";

/**
 * The one place that decides what becomes of a message: acknowledged when its row has been seen to
 * (done, postponed or not due), tried again when the store itself failed, dropped when unreadable.
 */
const retryDelaySeconds = 5;

export async function consume(
  deps: RunDeps & { log: Log },
  batch: MessageBatch<unknown>,
): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const job = jobMessageSchema.safeParse(message.body);
      if (!job.success) {
        deps.log.error("unreadable_message", { messageId: message.id });
        message.ack();
        return;
      }
      try {
        await runOperation(deps, job.data.operationId);
        message.ack();
      } catch (error) {
        // Only the store's failures arrive here; the server's are recorded in the row.
        deps.log.error("job_interrupted", { operationId: job.data.operationId, error });
        message.retry({ delaySeconds: retryDelaySeconds });
      }
    }),
  );
}
