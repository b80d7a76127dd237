import type { Scope } from "../../polykomos/scopes.ts";
import type { View } from "../area.ts";
import {
  AreaField,
  ChoiceField,
  Form,
  FormActions,
  ProblemNote,
  TextField,
} from "../parts/form.tsx";
import { PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";

const scopeWords: Record<Scope, string> = {
  "databases:read": "See databases, and their passwords",
  "databases:write": "Make, change and delete databases",
  "blueprints:read": "See blueprints",
  "blueprints:write": "Make and change blueprints",
  "webhooks:read": "See webhooks and deliveries",
  "webhooks:write": "Make and change webhooks",
  "queries:read": "Ask questions that only read",
  "queries:write": "Ask questions that change data",
  "keys:write": "Manage keys, teams and people",
};

const limitFields = [
  "controls.requests_per_minute",
  "controls.monthly_quota",
  "controls.allowed_ip_list",
  "controls.inactive_ttl_days",
] as const;

export function newPage(visit: Visit, refusal: Problem | null): View {
  const { form } = visit;
  const problem = refusal && atForm(refusal);
  const chosen = form.has("name")
    ? form.getAll("permissions")
    : ["databases:read", "databases:write"];
  const main = (
    <>
      <PageHead
        title="New key"
        lead="It is shown once, on the next page."
        back={{ href: "/console/keys", name: "API keys" }}
      />
      <Panel title="What it is for">
        <ProblemNote problem={problem} toldAt={["name", "permissions", ...limitFields]} />
        <Form visit={visit} action="/console/keys" label="New key">
          <TextField
            name="name"
            label="Name"
            hint="What uses it: you will know it by that when you revoke one."
            placeholder="nightly backup"
            value={form.get("name") ?? ""}
            required
            maxlength={120}
            autofocus={!problem}
            problem={problem}
          />
          <ChoiceField
            name="permissions"
            label="What it may do"
            many
            values={chosen}
            choices={Object.entries(scopeWords).map(([scope, hint]) => ({
              value: scope,
              name: scope,
              hint,
            }))}
            problem={problem}
          />
          <Limits visit={visit} problem={problem} />
          <FormActions submit="Make the key" leave="/console/keys" />
        </Form>
      </Panel>
    </>
  );
  return { title: "New key", main, status: problem?.status ?? 200 };
}

/** What is wrong with one of several addresses or scopes is told at the field that has them all. */
function atForm(problem: Problem): Problem {
  const { field } = problem;
  if (field?.startsWith("permissions")) {
    const message = "Choose at least one thing that the key may do";
    return { ...problem, field: "permissions", message };
  }
  return field?.startsWith("controls.allowed_ip_list")
    ? { ...problem, field: "controls.allowed_ip_list" }
    : problem;
}

function Limits({ visit, problem }: { visit: Visit; problem: Problem | null }) {
  const value = (name: string) => visit.form.get(name) ?? "";
  return (
    <details class="more-fields" open={problem?.field?.startsWith("controls") ?? false}>
      <summary>Limits</summary>
      <TextField
        name="requests_per_minute"
        field="controls.requests_per_minute"
        label="Requests a minute"
        hint="Empty takes the usual."
        type="number"
        min="1"
        value={value("requests_per_minute")}
        problem={problem}
      />
      <TextField
        name="monthly_quota"
        field="controls.monthly_quota"
        label="Requests a month"
        hint="Empty: no limit."
        type="number"
        min="1"
        value={value("monthly_quota")}
        problem={problem}
      />
      <AreaField
        name="allowed_ip_list"
        field="controls.allowed_ip_list"
        label="Only from these addresses"
        hint="An address or a range (CIDR) on each line. Empty: from anywhere."
        placeholder="192.0.2.7"
        value={value("allowed_ip_list")}
        problem={problem}
      />
      <TextField
        name="inactive_ttl_days"
        field="controls.inactive_ttl_days"
        label="Ends when unused for so many days"
        hint="Empty: never."
        type="number"
        min="1"
        value={value("inactive_ttl_days")}
        problem={problem}
      />
    </details>
  );
}
