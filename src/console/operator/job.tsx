import { operationName } from "../databases/operation-words.tsx";
import { ActionButton } from "../parts/form.tsx";
import type { Visit } from "../visit.ts";
import { type OperationView, operatorPath } from "./wire.ts";

/** What the lists of operations and of dead letters say of a job. */

/** An operation, the database that it is done to, and what was wrong. */
export function JobOfOperation({ operation }: { operation: OperationView }) {
  return (
    <>
      {operationName(operation)}
      <span class="sub mono">{operation.database_uuid}</span>
      {operation.error ? (
        <span class="sub">
          {operation.error.code}: {operation.error.message}
        </span>
      ) : null}
    </>
  );
}

/** The pages that a job is retried from, and come back to. */
export type JobList = "operations" | "dead-letters";

export function Retry(props: { visit: Visit; id: string | number; back: JobList }) {
  const { visit, id, back } = props;
  return (
    <ActionButton
      visit={visit}
      action={`${operatorPath}/jobs/${id}/retry`}
      label="Retry"
      about={String(id)}
      fields={{ back }}
    />
  );
}
