import type { View } from "../area.ts";
import { ProblemNote } from "../parts/form.tsx";
import { Empty, Table, Time } from "../parts/page.tsx";
import { shortened } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { OperatorHead } from "./frame.tsx";
import { JobOfOperation, Retry } from "./job.tsx";
import type { DeadLetterView } from "./wire.ts";

/** Of a message's body. */
const bodyCharactersMax = 500;

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
        <code class="sub">{shortened(letter.body, bodyCharactersMax)}</code>
      </>,
      letter.reason,
      String(letter.attempts),
      <Time iso={letter.created_at} />,
      <span class="soft">its rows are swept</span>,
    ];
  }
  if ("kind" in letter) {
    return [
      <JobOfOperation operation={letter} />,
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
