import type { z } from "zod";
import type * as shown from "../../admin/schemas.ts";
import type { OperationView } from "../databases/wire.ts";

/** The answers of the operator's API that these pages show. */
export type { OperationView };
export type ServerView = z.output<typeof shown.server>;
export type UserView = z.output<typeof shown.user>;
export type PoolView = z.output<typeof shown.pool>;
export type OrphanView = z.output<typeof shown.orphan>;
export type DeadLetterView =
  | OperationView
  | z.output<typeof shown.deadApplication>
  | z.output<typeof shown.deadMessage>;
export type SweepView = z.output<typeof shown.sweepResult>;

export const operatorPath = "/console/operator";

export const peoplePath = `${operatorPath}/people`;
