import { stepsOf } from "../../polykomos/operations/steps.ts";
import { Note, Panel } from "../parts/page.tsx";
import { stepWords } from "./operation-words.tsx";
import type { OperationView } from "./wire.ts";

/** The making of the database while it goes on, with each of its steps. */
export function Progress({ operations }: { operations: readonly OperationView[] }) {
  const making = operations.find(({ kind }) => kind === "create");
  if (!making) return null;
  const { steps_total: total, steps_done: done } = making.progress;
  const steps = stepNames(total);
  return (
    <Panel
      title="Being made"
      lead="This page follows it; you can also leave, it goes on by itself."
    >
      <ol class="steps" aria-live="polite">
        {steps.map((name, at) => {
          const isNow = at === done && making.state === "running";
          return (
            <li class={at < done ? "done" : isNow ? "now" : undefined}>
              {stepWords[name] ?? name}
              <span class="aloud">{at < done ? " (done)" : isNow ? " (now)" : " (to come)"}</span>
            </li>
          );
        })}
      </ol>
      {making.error ? (
        <Note kind="warn">
          {making.error.message}. We try again by ourselves; this was attempt {making.attempts}.
        </Note>
      ) : null}
      <noscript>
        <p class="hint">Load this page again to see how far it is.</p>
      </noscript>
    </Panel>
  );
}

/** The API tells how many steps there are; a create from the pool has another number than one without. */
function stepNames(total: number): string[] {
  const names = [true, false]
    .map((isFromPool) => stepsOf("create", isFromPool).map(({ name }) => name))
    .find(({ length }) => length === total);
  return names ?? Array.from({ length: total }, (_, at) => `Step ${at + 1}`);
}

/** Whether something is going on that the page should follow, and not only planned for later. */
export function isBusy(operations: readonly OperationView[], nowMs: number): boolean {
  return operations.some(({ state, not_before: notBefore }) => {
    const isUnfinished = state === "queued" || state === "running";
    return isUnfinished && Date.parse(notBefore) <= nowMs;
  });
}
