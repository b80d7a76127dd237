import { z } from "zod";

/**
 * What travels on the queue: ids only. The row each id names is the truth, so a message may be
 * lost, doubled or late without harm.
 */
export const jobMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("operation"), operationId: z.uuid() }),
  z.object({ kind: z.literal("delivery"), deliveryId: z.int() }),
]);

export type JobMessage = z.output<typeof jobMessageSchema>;
