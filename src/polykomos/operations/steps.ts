import type { TenantWork } from "../../fleet/fleet.ts";
import type { FailureCode } from "./failures.ts";

/** What can be done to a database; `Operation.kind` on the wire. */
export const operationKinds = [
  "build_pooled",
  "create",
  "rename",
  "change_quotas",
  "enforce_storage",
  "change_expiry",
  "rotate_credentials",
  "retire_credentials",
  "rebuild",
  "delete",
  "destroy",
] as const;

export type OperationKind = (typeof operationKinds)[number];

export const operationStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;

export type OperationState = (typeof operationStates)[number];

/**
 * The sagas as data: what each kind of operation does on a server, in order. Each step is recorded
 * before it runs and is safe to repeat, so after a crash the operation starts over from the first.
 */
export type Step = { name: string; run(work: TenantWork): Promise<void> };

const createLogin: Step = { name: "create_login", run: (work) => work.createLogin() };
const createDatabase: Step = { name: "create_database", run: (work) => work.createDatabase() };
const nameDatabase: Step = { name: "name_database", run: (work) => work.nameDatabase() };
const securePooled: Step = { name: "secure", run: (work) => work.secure("working") };
const secure: Step = { name: "secure", run: (work) => work.secure("customer") };
const checkPooledLogin: Step = { name: "check_login", run: (work) => work.checkLogin("working") };
const checkLogin: Step = { name: "check_login", run: (work) => work.checkLogin("customer") };
const limitConnections: Step = {
  name: "limit_connections",
  run: (work) => work.setConnectionLimit(),
};
/** The login that comes in is the one before the current one: its time ends with this. */
const endEarlier: Step = { name: "end_earlier_login", run: (work) => work.endLogin("own") };
const admitLogin: Step = { name: "admit_login", run: (work) => work.admitLogin() };
const endPrevious: Step = { name: "end_previous_login", run: (work) => work.endLogin("other") };
const settleWrites: Step = { name: "settle_writes", run: (work) => work.settleWrites() };
const lockOut: Step = { name: "lock_out", run: (work) => work.lockOut() };
const destroy: Step = { name: "destroy", run: (work) => work.destroy() };

/** The first step of a claim; the statement that claims records it. */
export const claimStepName = "adopt";
const adopt: Step = { name: claimStepName, run: (work) => work.adopt() };

/** Steps of a kind. A database from the pool was built before and only needs limits and name. */
export function stepsOf(kind: OperationKind, isFromPool: boolean): readonly Step[] {
  switch (kind) {
    case "build_pooled":
      return [createLogin, createDatabase, securePooled, checkPooledLogin];
    case "create":
      return isFromPool
        ? [adopt, checkLogin]
        : [createLogin, createDatabase, nameDatabase, secure, checkLogin];
    case "change_quotas":
      return [limitConnections];
    case "enforce_storage":
      return [settleWrites];
    case "rotate_credentials":
      return [endEarlier, admitLogin, checkLogin];
    case "retire_credentials":
      return [endPrevious];
    case "rebuild":
      return [createLogin, createDatabase, nameDatabase, secure, checkLogin];
    case "delete":
      return [lockOut];
    case "destroy":
      return [lockOut, destroy];
    case "rename":
    case "change_expiry":
      return [];
  }
}

/** Two minutes of attempts: a customer is waiting, and is better told. */
const buildAttemptsMax = 8;
/** A week of attempts: it must happen in the end, and a server may be down over a weekend. */
const settleAttemptsMax = 2_000;

/**
 * A day of attempts at a server that lets nobody in, a minute apart at most; while the health check
 * has it down none is made at all. A server comes back, and what it was asked to do is done then.
 */
const unreachableAttemptsMax = 1_450;
const unreachablePauseSecondsMax = 60;
const pauseSecondsMax = 300;

/** Attempts before an operation is given up; of the kind of failure that it met last. */
export function attemptsMaxOf(kind: OperationKind, code: FailureCode): number {
  const isBuild = kind === "create" || kind === "build_pooled";
  const attemptsMax = isBuild ? buildAttemptsMax : settleAttemptsMax;
  return code === "server_unreachable"
    ? Math.max(unreachableAttemptsMax, attemptsMax)
    : attemptsMax;
}

/** Seconds to wait before the next attempt: 1, 2, 4 … 300, or 60 for a server that may be back. */
export function backoffSeconds(attempts: number, code: FailureCode): number {
  const longest = code === "server_unreachable" ? unreachablePauseSecondsMax : pauseSecondsMax;
  return Math.min(longest, 2 ** Math.min(16, attempts - 1));
}
