import type { KeyView } from "../../polykomos/keys/schemas.ts";
import type { Scope } from "../../polykomos/scopes.ts";
import type { View } from "../area.ts";
import {
  ActionButton,
  AreaField,
  ChoiceField,
  Form,
  ProblemNote,
  TextField,
} from "../parts/form.tsx";
import { Badge, Copyable, Empty, Note, PageHead, Panel, Table, Time } from "../parts/page.tsx";
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

const newKey = (
  <a class="button" href="/console/keys/new">
    New key
  </a>
);

export function listPage(visit: Visit, keys: readonly KeyView[]): View {
  const main = (
    <>
      <PageHead
        title="API keys"
        lead="With a key, programs and agents do as you: in all of your teams, within its scopes."
      >
        {keys.length > 0 ? newKey : null}
      </PageHead>
      {keys.length === 0 ? (
        <Empty title="No key yet" action={newKey}>
          A key lets a program, a CI job or an agent use the API in your name. Give each its own, so
          that one can be revoked alone.
        </Empty>
      ) : (
        <Table
          caption="API keys, newest first, revoked ones last"
          columns={[
            { name: "Name", kind: "main" },
            { name: "State" },
            { name: "May" },
            { name: "Last used" },
            { name: "Actions", kind: "actions" },
          ]}
          rows={keys.map((key) => [
            <>
              {key.name}
              <span class="sub mono">{key.preview}</span>
            </>,
            key.status === "active" ? (
              <Badge kind="good">active</Badge>
            ) : (
              <Badge kind="idle">revoked</Badge>
            ),
            <KeyRights apiKey={key} />,
            <Time iso={key.last_used_at} />,
            key.status === "active" ? (
              <ActionButton
                visit={visit}
                action={`/console/keys/${key.id}/revoke`}
                label="Revoke"
                about={key.name}
                kind="danger"
              />
            ) : null,
          ])}
        />
      )}
    </>
  );
  return { title: "API keys", main };
}

function KeyRights({ apiKey }: { apiKey: KeyView }) {
  const { permissions, controls } = apiKey;
  const all = Object.keys(scopeWords).length;
  const limits = [
    `${controls.requests_per_minute} a minute`,
    ...(controls.monthly_quota === null ? [] : [`${controls.monthly_quota} a month`]),
    ...(controls.allowed_ip_list.length === 0 ? [] : ["some addresses"]),
    ...(controls.inactive_ttl_days === null
      ? []
      : [`ends unused for ${controls.inactive_ttl_days} d`]),
  ];
  return (
    <div>
      {permissions.length === all ? "everything" : permissions.join(", ")}
      <span class="sub">{limits.join(" · ")}</span>
    </div>
  );
}

export function newPage(visit: Visit, problem: Problem | null): View {
  const { form } = visit;
  const value = (name: string) => form.get(name) ?? "";
  const chosen = form.has("name")
    ? form.getAll("permissions")
    : ["databases:read", "databases:write"];
  const atField = problem?.field?.startsWith("controls.allowed_ip_list") ? "allowed_ip_list" : null;
  const shown = atField && problem ? { ...problem, field: "controls.allowed_ip_list" } : problem;
  const main = (
    <>
      <PageHead
        title="New key"
        lead="It is shown once, on the next page."
        back={{ href: "/console/keys", name: "API keys" }}
      />
      <Panel title="What it is for">
        {problem && (problem.field === null || problem.field.startsWith("permissions")) ? (
          <ProblemNote problem={{ ...problem, message: messageOf(problem) }} />
        ) : null}
        <Form visit={visit} action="/console/keys" label="New key">
          <TextField
            name="name"
            label="Name"
            hint="What uses it: you will know it by that when you revoke one."
            placeholder="nightly backup"
            value={value("name")}
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
          />
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
              problem={shown}
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
          <div class="actions">
            <button type="submit">Make the key</button>
            <a class="button quiet" href="/console/keys">
              Cancel
            </a>
          </div>
        </Form>
      </Panel>
    </>
  );
  return { title: "New key", main, status: problem?.status ?? 200 };
}

function messageOf(problem: Problem): string {
  return problem.field?.startsWith("permissions")
    ? "Choose at least one thing that the key may do."
    : problem.message;
}

/** The only page that ever has the key in it. */
export function madePage(visit: Visit, name: string, text: string): View {
  const main = (
    <>
      <PageHead title={`The key "${name}"`} back={{ href: "/console/keys", name: "API keys" }} />
      <Note kind="warn">Copy it now: it is not shown again. Whoever has it can act as you.</Note>
      <Panel title="Key">
        <Copyable id="api-key" text={text} label="key" />
      </Panel>
      <Panel title="Try it">
        <Copyable
          id="try-key"
          label="command"
          text={`curl -sS ${visit.origin}/api/v1/me -H "Authorization: Bearer ${text}"`}
        />
      </Panel>
    </>
  );
  return { title: "New key", main };
}
