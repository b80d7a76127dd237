import * as z from "zod";
import { timestamp } from "../schemas.ts";

/** What a database takes up, as the wire has it. */
export const usage = z
  .object({
    storage_bytes: z.int(),
    storage_state: z.enum(["ok", "warning", "exceeded"]).meta({
      description:
        "`warning`: at or above a warning level; `exceeded`: at the limit, writes are refused.",
    }),
    connections: z.int(),
    measured_at: timestamp,
  })
  .meta({ description: "What it took up when it was last measured; null: not yet measured." });
