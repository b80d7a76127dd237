import type { View } from "../area.ts";
import { Form } from "../parts/form.tsx";
import {
  Badge,
  type BadgeKind,
  Empty,
  Facts,
  Live,
  Note,
  PageHead,
  Panel,
  Table,
  Time,
} from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Visit } from "../visit.ts";
import {
  type ApplicationView,
  applicationPath,
  blueprintPath,
  blueprintsPath,
  type LogEntryView,
} from "./wire.ts";

export type ApplicationShown = {
  application: ApplicationView;
  /** Null: it was deleted since. */
  blueprint: { name: string; version: number } | null;
  database: { name: string } | null;
};

/** Statements of the log on the page. */
const entriesMax = 500;

const states: Record<ApplicationView["status"], readonly [BadgeKind, string]> = {
  pending: ["busy", "waits for its turn"],
  running: ["busy", "running"],
  completed: ["good", "completed"],
  failed: ["bad", "failed"],
  rolled_back: ["bad", "rolled back"],
};

/** How applying a blueprint went, or goes: each statement, and whether what it did stays. */
export function applicationPage(visit: Visit, shown: ApplicationShown): View {
  const { application, blueprint, database } = shown;
  const { status, is_dry_run: isDryRun } = application;
  const isGoingOn = status === "pending" || status === "running";
  const [kind, word] = states[status];
  const place = blueprintPath(application.blueprint_uuid);
  const name = blueprint?.name ?? "A deleted blueprint";
  const title = isDryRun ? `Dry run of ${name}` : `Applying ${name}`;
  const main = (
    <Live id="application" from={applicationPath(application.id)} everyMs={isGoingOn ? 800 : null}>
      <PageHead
        title={title}
        lead={
          <>
            On {database?.name ?? "a deleted database"}, version {application.blueprint_version}.
          </>
        }
        back={
          blueprint
            ? { href: place, name: blueprint.name }
            : { href: blueprintsPath, name: "Blueprints" }
        }
      >
        <Badge kind={kind}>{word}</Badge>
      </PageHead>
      <Outcome application={application} />
      {isDryRun && status === "completed" && blueprint && database ? (
        <ApplyNow visit={visit} application={application} version={blueprint.version} />
      ) : null}
      {blueprint && (status === "failed" || status === "rolled_back") ? (
        <p class="actions">
          <a class="button quiet" href={`${place}/apply?database=${application.database_uuid}`}>
            Try with other values
          </a>
          <a class="button quiet" href={place}>
            Look at the SQL
          </a>
        </p>
      ) : null}
      <Panel title="How it went">
        <Facts facts={factsOf(application)} />
      </Panel>
      <Log application={application} isGoingOn={isGoingOn} />
    </Live>
  );
  return { title, main };
}

function Outcome({ application }: { application: ApplicationView }) {
  const { status, is_dry_run: isDryRun, error_message: error } = application;
  const loadAgain = <noscript> Load it again to see how far it is.</noscript>;
  switch (status) {
    case "pending":
      return (
        <Note>
          Applications to one database run one after the other; this page follows it.
          {loadAgain}
        </Note>
      );
    case "running":
      return (
        <Note>
          {application.statements_succeeded} of {counted(application.statements_total, "statement")}{" "}
          so far; this page follows it.
          {loadAgain}
        </Note>
      );
    case "completed":
      return isDryRun ? (
        <Note kind="good">It would work. Nothing was changed.</Note>
      ) : (
        <Note kind="good">It is applied.</Note>
      );
    case "rolled_back":
      return (
        <Note kind="bad">
          {sentence(error)}{" "}
          {isDryRun ? "Nothing was changed." : "Nothing of it stays in the database."}
        </Note>
      );
    case "failed":
      return (
        <Note kind="bad">
          {sentence(error)}{" "}
          {isDryRun
            ? "Nothing was changed."
            : "What the log calls permanent stays in the database."}
        </Note>
      );
  }
}

function sentence(text: string | null): string {
  return text === null ? "" : `${text}.`.replace(/([.!?])\.$/, "$1");
}

function ApplyNow(props: { visit: Visit; application: ApplicationView; version: number }) {
  const { application: of, version } = props;
  return (
    <Panel
      title="Apply it now"
      lead={
        version === of.blueprint_version
          ? "With the same values, for good."
          : `With the same values, for good; but it is at version ${version} meanwhile.`
      }
      actions={
        <Form visit={props.visit} action={`${blueprintPath(of.blueprint_uuid)}/apply`}>
          <input type="hidden" name="database" value={of.database_uuid} />
          <input type="hidden" name="values" value={JSON.stringify(of.variable_values ?? {})} />
          <input type="hidden" name="dry_run" value="false" />
          <button type="submit">Apply</button>
        </Form>
      }
    />
  );
}

function factsOf(of: ApplicationView) {
  const values = Object.entries(of.variable_values ?? {});
  return [
    ["Asked for", <Time iso={of.created_at} />],
    ["Ended", <Time iso={of.completed_at} never="not yet" />],
    ["Took", of.total_duration_ms === null ? "—" : `${of.total_duration_ms} ms`],
    [
      "Statements",
      `${of.statements_succeeded} of ${of.statements_total} succeeded, ${of.statements_failed} failed`,
    ],
    ...values.map(([name, value]) => [name, <code>{JSON.stringify(value)}</code>] as const),
  ] as const;
}

const outcomes: Record<LogEntryView["status"], readonly [BadgeKind, string]> = {
  succeeded: ["good", "done"],
  failed: ["bad", "failed"],
  rolled_back: ["idle", "undone"],
  not_rehearsed: ["warn", "not rehearsed"],
  unknown: ["warn", "unknown"],
};

function Log({ application, isGoingOn }: { application: ApplicationView; isGoingOn: boolean }) {
  const entries = application.execution_log ?? [];
  // Of a long log the end tells most.
  const left = Math.max(0, entries.length - entriesMax);
  return (
    <Panel
      title="Statement log"
      lead={left > 0 ? `The last ${entriesMax}; ${left} before them are left out here.` : undefined}
    >
      {entries.length === 0 ? (
        <Empty title="No statement yet">
          {isGoingOn
            ? "It stands here as soon as one has run."
            : "It ended before the first statement; the reason stands above."}
        </Empty>
      ) : (
        <Table
          caption="Statements in the order they ran"
          columns={[
            { name: "Statement", kind: "main" },
            { name: "Outcome" },
            { name: "Stays" },
            { name: "Rows", kind: "number" },
            { name: "Took", kind: "number" },
          ]}
          rows={entries.slice(left).map((entry) => {
            const [kind, word] = outcomes[entry.status];
            return [
              <>
                {entry.statement}. {entry.kind.replaceAll("_", " ")}{" "}
                {entry.target === null ? null : <code>{entry.target}</code>}
                <span class="sub">line {entry.line}</span>
                {entry.message ? <span class="sub">{entry.message}</span> : null}
              </>,
              <Badge kind={kind}>{word}</Badge>,
              entry.permanent ? "yes" : "no",
              entry.rows === null ? "—" : String(entry.rows),
              `${entry.duration_ms} ms`,
            ];
          })}
        />
      )}
    </Panel>
  );
}
