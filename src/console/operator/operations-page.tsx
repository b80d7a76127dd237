import type { View } from "../area.ts";
import { OperationBadge, operationStates } from "../databases/operation-words.tsx";
import { ProblemNote, SelectField } from "../parts/form.tsx";
import { Empty, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { JobOfOperation, Retry } from "./job.tsx";
import { type OperationView, operatorPath } from "./wire.ts";

/** What is done and was done to databases, of whichever team. */
export function operationsPage(
  visit: Visit,
  shown: { operations: readonly OperationView[]; state: string; problem: Problem | null },
): View {
  const main = (
    <>
      <OperatorHead
        visit={visit}
        title="Operations"
        lead="What is being done to databases, newest first, with the servers' own words."
      />
      <form method="get" action={`${operatorPath}/operations`} class="filters" aria-label="Filter">
        <SelectField
          name="state"
          label="State"
          value={shown.state}
          choices={[
            { value: "", name: "All" },
            ...Object.entries(operationStates).map(([value, [, name]]) => ({ value, name })),
          ]}
        />
        <button type="submit" class="quiet">
          Show
        </button>
      </form>
      <ProblemNote problem={shown.problem} />
      {shown.operations.length === 0 ? (
        <Empty title="No such operation">
          {shown.state === ""
            ? "Nothing was done to a database yet."
            : "Nothing is in this state. Choose another, or all of them."}
        </Empty>
      ) : (
        <Table
          caption="Operations"
          columns={[
            { name: "What", kind: "main" },
            { name: "State" },
            { name: "Tries", kind: "number" },
            { name: "When" },
            { name: "Retry", kind: "actions" },
          ]}
          rows={shown.operations.map((each) => [
            <JobOfOperation operation={each} />,
            <OperationState operation={each} />,
            String(each.attempts),
            <Time iso={each.finished_at ?? each.created_at} />,
            each.state === "failed" || each.state === "queued" ? (
              <Retry visit={visit} id={each.id} back="operations" />
            ) : null,
          ])}
        />
      )}
    </>
  );
  return { title: "Operations", main, status: shown.problem?.status ?? 200 };
}

function OperationState({ operation }: { operation: OperationView }) {
  const { steps_done: done, steps_total: total } = operation.progress;
  return (
    <span>
      <OperationBadge operation={operation} />
      <span class="sub">
        {done} of {total} steps{operation.step ? `, at ${operation.step}` : ""}
      </span>
    </span>
  );
}
