import * as z from "zod";
import { declare } from "../../http/declare.ts";
import { many, one } from "../../polykomos/schemas.ts";
import { access, answers, tag } from "../contract.ts";

/** A key of `SEALING_KEYS`, or one that is missing there, with what it has sealed. */
export const sealingKey = z.object({
  object: z.literal("sealing_key"),
  id: z.string(),
  state: z.enum(["newest", "older", "missing"]),
  sealed: z.int().meta({ description: "Texts in the store. Answers kept for replay come beside." }),
  places: z.array(z.object({ name: z.string(), texts: z.int() })),
});

/** A step of sealing everything with the newest key. */
const resealing = z.object({
  object: z.literal("resealing"),
  place: z.string(),
  resealed: z.int(),
  unreadable: z.int().meta({ description: "Texts whose key is missing, or that were changed." }),
  next: z.string().nullable().meta({ description: "Send it as `starting_after`; null: all done." }),
});

export const listSealingKeys = declare({
  method: "get",
  path: "/sealing_keys",
  operationId: "adminListSealingKeys",
  tag,
  summary: "List the keys that seal secrets, with how much each has sealed",
  access,
  answers: answers("get", 200, many(sealingKey)),
});

export const reseal = declare({
  method: "post",
  path: "/sealing_keys/reseal",
  operationId: "adminReseal",
  tag,
  summary: "Seal the next part of all secrets with the newest key",
  description: "Repeat it with `next` as `starting_after` until `next` is null.",
  access,
  body: z.strictObject({ starting_after: z.string().max(200).optional() }),
  answers: answers("post", 200, one(resealing)),
});
