import type { View } from "../area.ts";
import { operationName } from "../databases/progress.tsx";
import { ActionButton, ProblemNote, SelectField } from "../parts/form.tsx";
import { Badge, Empty, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { type DeadLetterView, type OperationView, operatorPath } from "./wire.ts";

const states: Record<OperationView["state"], readonly ["good" | "busy" | "bad" | "idle", string]> =
  {
    queued: ["idle", "waits"],
    running: ["busy", "running"],
    succeeded: ["good", "done"],
    failed: ["bad", "given up"],
    cancelled: ["idle", "cancelled"],
  };

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
            ...Object.entries(states).map(([value, [, name]]) => ({ value, name })),
          ]}
        />
        <button type="submit" class="quiet">
          Show
        </button>
      </form>
      <ProblemNote problem={shown.problem} />
      {shown.operations.length === 0 ? (
        <Empty title="No such operation">
          Nothing is in this state. Choose another, or all of them.
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
            <OperationHead operation={each} />,
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

function OperationHead({ operation }: { operation: OperationView }) {
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

function OperationState({ operation }: { operation: OperationView }) {
  const [kind, word] = states[operation.state];
  const { steps_done: done, steps_total: total } = operation.progress;
  return (
    <span>
      <Badge kind={kind}>{word}</Badge>
      <span class="sub">
        {done} of {total} steps{operation.step ? `, at ${operation.step}` : ""}
      </span>
    </span>
  );
}

function Retry({ visit, id, back }: { visit: Visit; id: string | number; back: string }) {
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

/** What was given up, and is not tried again by itself. */
export function deadLettersPage(
  visit: Visit,
  letters: readonly DeadLetterView[],
  problem: Problem | null,
): View {
  const main = (
    <>
      <OperatorHead
        visit={visit}
        title="Dead letters"
        lead="What was given up. Mend what was wrong, then have it tried again."
      />
      <ProblemNote problem={problem} />
      {letters.length === 0 ? (
        <Empty title="Nothing was given up">
          Operations, applications of blueprints and messages that fail for good stand here. There
          is nothing to do.
        </Empty>
      ) : (
        <Table
          caption="What was given up"
          columns={[
            { name: "What", kind: "main" },
            { name: "Kind" },
            { name: "Tries", kind: "number" },
            { name: "When" },
            { name: "Retry", kind: "actions" },
          ]}
          rows={letters.map((letter) => rowOf(visit, letter))}
        />
      )}
    </>
  );
  return { title: "Dead letters", main, status: problem?.status ?? 200 };
}

function rowOf(visit: Visit, letter: DeadLetterView) {
  if ("body" in letter) {
    return [
      <>
        Message {letter.id} of {letter.queue}
        <code class="sub">{letter.body.slice(0, 500)}</code>
      </>,
      letter.reason,
      String(letter.attempts),
      <Time iso={letter.created_at} />,
      <span class="soft">its rows are swept</span>,
    ];
  }
  if ("kind" in letter) {
    return [
      <OperationHead operation={letter} />,
      "operation",
      String(letter.attempts),
      <Time iso={letter.finished_at} />,
      <Retry visit={visit} id={letter.id} back="dead-letters" />,
    ];
  }
  return [
    <>
      Blueprint applied, {letter.id}
      <span class="sub mono">{letter.database_uuid}</span>
      <span class="sub">
        {letter.error.code}: {letter.error.message}
      </span>
    </>,
    letter.state.replace("_", " "),
    String(letter.attempts),
    <Time iso={letter.finished_at} />,
    <Retry visit={visit} id={letter.id} back="dead-letters" />,
  ];
}
