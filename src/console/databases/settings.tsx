import { Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Facts, Panel, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { lives } from "./new-page.tsx";
import { limitsOf } from "./usage.tsx";
import { type DatabaseView, databasePath, type PlanView } from "./wire.ts";

/** The forms on a database's page. */
export type SettingsForm = "rename" | "quotas" | "expiry" | "rotate";

type SettingsShown = {
  database: DatabaseView;
  plans: readonly PlanView[];
  wrong?: { form: SettingsForm; problem: Problem };
};

/** What one form needs: where it is sent, what was wrong with it, and what was typed into it then. */
type FormState = {
  visit: Visit;
  database: DatabaseView;
  action: string;
  problem: Problem | null;
  typedOr(field: string, otherwise: string): string;
};

/** What can be changed of a database, a form for each. */
export function Settings({ visit, shown }: { visit: Visit; shown: SettingsShown }) {
  const { database, plans, wrong } = shown;
  function stateOf(form: SettingsForm): FormState {
    const problem = wrong?.form === form ? wrong.problem : null;
    return {
      visit,
      database,
      action: `${databasePath(database.uuid)}/${form}`,
      problem,
      typedOr: (field, otherwise) => (problem ? (visit.form.get(field) ?? "") : otherwise),
    };
  }
  return (
    <div class="columns">
      <Rename {...stateOf("rename")} />
      <RotatePassword {...stateOf("rotate")} />
      <Quotas {...stateOf("quotas")} plans={plans} />
      <Expiry {...stateOf("expiry")} />
    </div>
  );
}

function Rename({ visit, database, action, problem, typedOr }: FormState) {
  return (
    <Panel title="Name" id="rename" lead="Only the name changes; connections keep working.">
      <ProblemNote problem={problem} toldAt={["name"]} />
      <Form visit={visit} action={action} label="Rename">
        <TextField
          name="name"
          label="Name"
          value={typedOr("name", database.name)}
          required
          maxlength={63}
          mono
          problem={problem}
        />
        <button type="submit" class="quiet">
          Rename
        </button>
      </Form>
    </Panel>
  );
}

const overlaps = [
  { value: "0", name: "No longer" },
  { value: "3600", name: "An hour more" },
  { value: "86400", name: "A day more" },
  { value: "604800", name: "A week more" },
];

function RotatePassword({ visit, action, problem, typedOr }: FormState) {
  return (
    <Panel title="Password" id="rotate" lead="A new login and password for the same database.">
      <ProblemNote problem={problem} toldAt={["overlap_seconds"]} />
      <Form visit={visit} action={action} label="Rotate the password">
        <SelectField
          name="overlap_seconds"
          label="The earlier one works for"
          value={typedOr("overlap_seconds", "3600")}
          choices={overlaps}
          problem={problem}
        />
        <button type="submit" class="quiet">
          Rotate
        </button>
      </Form>
    </Panel>
  );
}

export const quotaFields = [
  "storage_hard_limit_gb",
  "connection_hard_limit",
  "warning_threshold_pct",
] as const;

function Quotas(props: FormState & { plans: readonly PlanView[] }) {
  const { visit, database, action, problem, typedOr } = props;
  const limits = limitsOf(database, props.plans);
  const value = (field: (typeof quotaFields)[number]) =>
    typedOr(field, String(database.quotas[field] ?? ""));
  return (
    <Panel
      title="Quotas"
      id="quotas"
      lead={`Empty takes the plan's. Now: ${limits.storageGb} GB, ${limits.connections} connections.`}
    >
      <ProblemNote problem={problem} toldAt={quotaFields} />
      <Form visit={visit} action={action} label="Quotas">
        <TextField
          name="storage_hard_limit_gb"
          label="Storage, GB"
          type="number"
          min="0"
          step="any"
          value={value("storage_hard_limit_gb")}
          problem={problem}
        />
        <TextField
          name="connection_hard_limit"
          label="Connections"
          type="number"
          min="1"
          value={value("connection_hard_limit")}
          problem={problem}
        />
        <TextField
          name="warning_threshold_pct"
          label="Warn at, percent"
          type="number"
          min="1"
          max="100"
          value={value("warning_threshold_pct")}
          problem={problem}
        />
        <button type="submit" class="quiet">
          Save the quotas
        </button>
      </Form>
    </Panel>
  );
}

function Expiry({ visit, database, action, problem }: FormState) {
  return (
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
      <ProblemNote problem={problem} />
      <Form visit={visit} action={action} label="Expiry">
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
  );
}
