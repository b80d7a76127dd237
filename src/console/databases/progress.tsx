import { stepsOf } from "../../polykomos/operations/steps.ts";
import { Note, Panel } from "../parts/page.tsx";
import type { OperationView } from "./wire.ts";

/** What is being done to a database now, step by step. */
export const stepWords: Readonly<Record<string, string>> = {
  adopt: "Take a ready database and give it its name",
  create_login: "Make its login",
  create_database: "Make the database",
  name_database: "Give it its name",
  secure: "Close it to everybody else",
  check_login: "Log in through its address, as you will",
};

const isUnfinished = ({ state }: OperationView) => state === "queued" || state === "running";

/** The making of the database while it goes on, with each of its steps. */
export function Progress({ operations }: { operations: readonly OperationView[] }) {
  const making = operations.find(({ kind }) => kind === "create");
  if (!making) return null;
  const total = making.progress.steps_total;
  const names = [true, false]
    .map((isFromPool) => stepsOf("create", isFromPool).map((step) => step.name))
    .find((each) => each.length === total);
  const done = making.progress.steps_done;
  const steps = names ?? Array.from({ length: total }, (_, at) => `Step ${at + 1}`);
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

const kinds: Record<OperationView["kind"], string> = {
  build_pooled: "Made ready",
  create: "Made",
  rename: "Renamed",
  change_quotas: "Quotas changed",
  enforce_storage: "Storage limit enforced",
  change_expiry: "Expiry changed",
  rotate_credentials: "Password rotated",
  retire_credentials: "Earlier password ended",
  rebuild: "Built anew",
  delete: "Deleted",
  destroy: "Data destroyed",
};

export function operationName({ kind }: OperationView): string {
  return kinds[kind];
}

/** Whether something is going on that the page should follow. */
export function isBusy(operations: readonly OperationView[], nowMs: number): boolean {
  return operations.some((each) => isUnfinished(each) && Date.parse(each.not_before) <= nowMs);
}
