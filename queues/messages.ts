import * as z from "zod";

/**
 * What travels on the queue: ids only. The row each id names is the truth, so a message may be
 * lost, doubled or late without harm.
 */
export const jobMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("operation"), operationId: z.uuid() }),
  z.object({ kind: z.literal("application"), applicationId: z.int() }),
  z.object({ kind: z.literal("deliveries"), deliveryIds: z.array(z.int()).min(1).max(100) }),
]);

export type JobMessage = z.output<typeof jobMessageSchema>;
