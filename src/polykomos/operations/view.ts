import type { z } from "zod";
import type { operation } from "./contract.ts";
import { failureMessages } from "./failures.ts";
import { stepsOf } from "./steps.ts";
import type { OperationRow } from "./store.ts";

/** What an operation's owner sees: of a failure the kind, and nothing of the operator's servers. */
export function viewOperation(row: OperationRow): z.input<typeof operation> {
  const { errorCode: code } = row;
  return { ...viewJob(row), error: code && { code, message: failureMessages[code] } };
}

/** What the operator sees: the server's own words too. */
export function viewJob(row: OperationRow): z.input<typeof operation> {
  const steps = stepsOf(row.kind, row.isFromPool).map((step) => step.name);
  const place = row.step === null ? 0 : steps.indexOf(row.step);
  // What a creation does beside its steps (questions' login, a blueprint) comes behind them.
  const at = place < 0 ? steps.length : place;
  return {
    object: "operation",
    id: row.id,
    kind: row.kind,
    state: row.state,
    step: row.step,
    progress: {
      steps_done: row.state === "succeeded" ? steps.length : at,
      steps_total: steps.length,
    },
    attempts: row.attempts,
    database_uuid: row.databaseUuid,
    team_id: row.teamId,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    created_at: row.createdAt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
    not_before: row.notBefore,
  };
}
