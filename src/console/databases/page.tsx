import type { View } from "../area.ts";
import { Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Badge, Facts, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { Connect } from "./connect.tsx";
import { lives } from "./new-page.tsx";
import { isBusy, operationName, Progress } from "./progress.tsx";
import {
  ConnectionMeter,
  engineName,
  limitsOf,
  StateBadge,
  StorageMeter,
  UsageLines,
} from "./usage.tsx";
import type { DatabaseView, HistoryView, OperationView, PlanView } from "./wire.ts";

export type Shown = {
  database: DatabaseView;
  /** Asked for, or `null`. */
  password: string | null;
  /** It was just rotated. */
  isFresh?: boolean;
  plans: readonly PlanView[];
  history: HistoryView | undefined;
  operations: readonly OperationView[];
  /** What was wrong with one of the forms. */
  wrong?: { form: "rename" | "quotas" | "expiry" | "rotate"; problem: Problem };
};

export function databasePage(visit: Visit, shown: Shown): View {
  const { database, operations } = shown;
  const isMaking = database.status === "provisioning";
  const poll = isMaking || isBusy(operations, visit.nowMs);
  const main = (
    <>
      <PageHead
        title={database.name}
        back={{ href: "/console/databases", name: "Databases" }}
        lead={
          <>
            {engineName(database.db_type)} in {database.region}, plan {database.plan}
          </>
        }
      >
        <StateBadge database={database} />
        {isMaking ? null : (
          <a class="button quiet" href={`/console/ask/${database.uuid}`}>
            Ask it
          </a>
        )}
      </PageHead>
      {isMaking ? (
        <div id="progress" data-poll="700">
          <Progress operations={operations} />
        </div>
      ) : (
        <>
          <Connect
            visit={visit}
            database={database}
            password={shown.password}
            isFresh={shown.isFresh ?? false}
          />
          <Use shown={shown} />
          <Settings visit={visit} shown={shown} />
        </>
      )}
      <Activity operations={operations} poll={!isMaking && poll} />
      <Panel
        title="Delete"
        kind="danger"
        lead="Logins are refused at once. The data is kept for a while, then destroyed."
        actions={
          <a class="button danger" href={`/console/databases/${database.uuid}/delete`}>
            Delete this database…
          </a>
        }
      />
    </>
  );
  return { title: database.name, main, status: shown.wrong?.problem.status ?? 200 };
}

function Use({ shown }: { shown: Shown }) {
  const { database, plans, history } = shown;
  return (
    <Panel
      title="Use"
      lead={
        database.usage ? (
          <>
            Measured <Time iso={database.usage.measured_at} />.
          </>
        ) : (
          "Not measured yet; that takes a minute."
        )
      }
    >
      <div class="stack">
        <div class="columns">
          <StorageMeter database={database} plans={plans} />
          <ConnectionMeter database={database} plans={plans} />
        </div>
        <UsageLines history={history} />
      </div>
    </Panel>
  );
}

function Settings({ visit, shown }: { visit: Visit; shown: Shown }) {
  const { database, plans, wrong } = shown;
  const place = `/console/databases/${database.uuid}`;
  const of = (form: NonNullable<typeof wrong>["form"]) =>
    wrong?.form === form ? wrong.problem : null;
  const typed = (form: NonNullable<typeof wrong>["form"], name: string, otherwise: string) =>
    wrong?.form === form ? (visit.form.get(name) ?? "") : otherwise;
  const { quotas } = database;
  const limits = limitsOf(database, plans);
  const text = (value: number | null) => (value === null ? "" : String(value));
  return (
    <div class="columns">
      <Panel title="Name" id="rename" lead="Only the name changes; connections keep working.">
        <Form visit={visit} action={`${place}/rename`} label="Rename">
          <TextField
            name="name"
            label="Name"
            value={typed("rename", "name", database.name)}
            required
            maxlength={63}
            mono
            problem={of("rename")}
          />
          <button type="submit" class="quiet">
            Rename
          </button>
        </Form>
      </Panel>
      <Panel title="Password" id="rotate" lead="A new login and password for the same database.">
        <Form visit={visit} action={`${place}/rotate`} label="Rotate the password">
          <SelectField
            name="overlap_seconds"
            label="The earlier one works for"
            value={typed("rotate", "overlap_seconds", "3600")}
            choices={[
              { value: "0", name: "No longer" },
              { value: "3600", name: "An hour more" },
              { value: "86400", name: "A day more" },
              { value: "604800", name: "A week more" },
            ]}
            problem={of("rotate")}
          />
          <button type="submit" class="quiet">
            Rotate
          </button>
        </Form>
      </Panel>
      <Panel
        title="Quotas"
        id="quotas"
        lead={`Empty takes the plan's. Now: ${limits.storageGb} GB, ${limits.connections} connections.`}
      >
        <Form visit={visit} action={`${place}/quotas`} label="Quotas">
          <TextField
            name="storage_hard_limit_gb"
            label="Storage, GB"
            type="number"
            min="0"
            step="any"
            value={typed("quotas", "storage_hard_limit_gb", text(quotas.storage_hard_limit_gb))}
            problem={of("quotas")}
          />
          <TextField
            name="connection_hard_limit"
            label="Connections"
            type="number"
            min="1"
            value={typed("quotas", "connection_hard_limit", text(quotas.connection_hard_limit))}
            problem={of("quotas")}
          />
          <TextField
            name="warning_threshold_pct"
            label="Warn at, percent"
            type="number"
            min="1"
            max="100"
            value={typed("quotas", "warning_threshold_pct", text(quotas.warning_threshold_pct))}
            problem={of("quotas")}
          />
          <button type="submit" class="quiet">
            Save the quotas
          </button>
        </Form>
      </Panel>
      <Panel
        title="Expiry"
        id="expiry"
        lead={
          database.expires_at === null ? (
            "It lives until it is deleted."
          ) : (
            <>
              It deletes itself <Time iso={database.expires_at} />.
            </>
          )
        }
      >
        <ProblemNote problem={of("expiry")} />
        <Form visit={visit} action={`${place}/expiry`} label="Expiry">
          <SelectField name="ttl_seconds" label="From now it lives" value="" choices={lives} />
          <button type="submit" class="quiet">
            Set
          </button>
        </Form>
        <hr />
        <Facts
          facts={[
            ["Made", <Time iso={database.created_at} />],
            ["Server", `${database.host}:${database.port}`],
            ["Database", <code>{database.db_name}</code>],
            ["Login", <code>{database.db_username}</code>],
          ]}
        />
      </Panel>
    </div>
  );
}

const stateWords: Record<
  OperationView["state"],
  readonly ["good" | "busy" | "bad" | "idle", string]
> = {
  queued: ["idle", "waits"],
  running: ["busy", "running"],
  succeeded: ["good", "done"],
  failed: ["bad", "given up"],
  cancelled: ["idle", "cancelled"],
};

function Activity(props: { operations: readonly OperationView[]; poll: boolean }) {
  return (
    <div id="activity" data-poll={props.poll ? "1500" : undefined}>
      <Panel title="Activity">
        <Table
          caption="What was done to this database, newest first"
          columns={[{ name: "What", kind: "main" }, { name: "State" }, { name: "When" }]}
          rows={props.operations.map((each) => {
            const [kind, word] = stateWords[each.state];
            return [
              <>
                {operationName(each)}
                {each.error ? <span class="sub">{each.error.message}</span> : null}
              </>,
              <Badge kind={kind}>{word}</Badge>,
              <Time iso={each.finished_at ?? each.created_at} />,
            ];
          })}
        />
      </Panel>
    </div>
  );
}
