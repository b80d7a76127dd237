import type { AuditView } from "../../polykomos/audit/contract.ts";
import type { MemberView } from "../../polykomos/teams/contract.ts";
import type { View } from "../area.ts";
import { ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Empty, More, PageHead, Table, Time } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";

/** What is looked for; times are days in UTC. */
export type Filters = {
  /** The team that is looked at, or all of the person's and what is of no team. */
  where: "team" | "all";
  who: string | undefined;
  action: string | undefined;
  from: string | undefined;
  to: string | undefined;
};

/** What the API takes as `action`: a whole one, or what stands before the dot of several. */
const kinds = [
  { value: "", name: "Everything" },
  { value: "database", name: "Databases" },
  { value: "key", name: "API keys" },
  { value: "team", name: "Teams" },
  { value: "user", name: "Signing in" },
  { value: "webhook_endpoint", name: "Webhooks" },
  { value: "blueprint", name: "Blueprints" },
  { value: "blueprint.apply", name: "Blueprints applied" },
];

export function auditPage(
  visit: Visit,
  shown: {
    filters: Filters;
    members: readonly MemberView[];
    entries: readonly AuditView[];
    hasMore: boolean;
    problem: Problem | null;
  },
): View {
  const { filters, members, entries, problem } = shown;
  const last = entries.at(-1);
  const older = new URLSearchParams(
    [...visit.url.searchParams].filter(([name]) => name !== "after" && name !== "done"),
  );
  if (last) older.set("after", String(last.id));
  const isFiltered = Boolean(filters.who || filters.action || filters.from || filters.to);
  const main = (
    <>
      <PageHead title="Audit" lead="Who did what, newest first. Nothing here can be changed." />
      <FilterForm visit={visit} filters={filters} members={members} />
      <ProblemNote problem={problem} />
      {entries.length === 0 ? (
        <Empty
          title={isFiltered ? "Nothing fits" : "Nothing yet"}
          action={
            isFiltered ? (
              <a class="button quiet" href="/console/audit">
                Show everything
              </a>
            ) : null
          }
        >
          {isFiltered
            ? "Widen the filters: another person, all kinds, or more days."
            : "Each change to a database, a key or the team will stand here, with who made it."}
        </Empty>
      ) : (
        <Table
          caption="Audit entries"
          columns={[
            { name: "What", kind: "main" },
            { name: "On" },
            { name: "Who" },
            { name: "When" },
          ]}
          rows={entries.map((entry) => [
            <>
              {words(entry.action)}
              <span class="sub mono">{entry.action}</span>
            </>,
            <>
              {nameIn(entry.details)}
              <span class="sub mono">{entry.target}</span>
            </>,
            <>
              {entry.user?.email ?? entry.actor}
              <span class="sub">{how(entry.actor)}</span>
            </>,
            <Time iso={entry.created_at} />,
          ])}
        />
      )}
      <More href={shown.hasMore ? `/console/audit?${older}` : null} />
    </>
  );
  return { title: "Audit", main, status: problem?.status ?? 200 };
}

function FilterForm(props: { visit: Visit; filters: Filters; members: readonly MemberView[] }) {
  const { visit, filters, members } = props;
  return (
    <form method="get" action="/console/audit" class="filters" aria-label="Filter">
      <SelectField
        name="where"
        label="Where"
        value={filters.where}
        choices={[
          { value: "team", name: visit.session.team?.name ?? "No team" },
          { value: "all", name: "All my teams, and I" },
        ]}
      />
      <SelectField
        name="who"
        label="Who"
        value={filters.who ?? ""}
        choices={[
          { value: "", name: "Everybody" },
          ...members.map((each) => ({ value: String(each.user_id), name: each.email })),
        ]}
      />
      <SelectField name="action" label="What" value={filters.action ?? ""} choices={kinds} />
      <TextField name="from" label="From" type="date" value={filters.from ?? ""} />
      <TextField name="to" label="To" type="date" value={filters.to ?? ""} />
      <button type="submit" class="quiet">
        Filter
      </button>
    </form>
  );
}

/** `database.change_quotas` → "Database: change quotas". */
function words(action: string): string {
  const [thing = "", deed = ""] = action.replaceAll("_", " ").split(".");
  return `${thing.charAt(0).toUpperCase()}${thing.slice(1)}: ${deed}`;
}

/** What the thing is called, where the entry says it. */
function nameIn(details: Record<string, unknown>): string {
  const { name, email } = details;
  return typeof name === "string" ? name : typeof email === "string" ? email : "";
}

/** By what means somebody did it. */
function how(actor: string): string {
  if (actor.startsWith("key:")) return `by API key ${actor.slice(4)}`;
  if (actor.startsWith("user:")) return "at the console";
  return actor === "admin" ? "whoever runs this service" : "by itself";
}
