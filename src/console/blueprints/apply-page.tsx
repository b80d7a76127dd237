import type { Declaration, VariableType } from "../../polykomos/blueprints/sql/variables.ts";
import type { View } from "../area.ts";
import { AreaField, Form, ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Empty, Note, PageHead, Panel } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { hasDefault, isRequired, valueField } from "./declared.ts";
import { type BlueprintView, blueprintPath } from "./wire.ts";

export type Target = { uuid: string; name: string };

/** Where to apply a blueprint, and with which values. */
export function applyPage(
  visit: Visit,
  shown: { blueprint: BlueprintView; targets: readonly Target[]; problem: Problem | null },
): View {
  const { blueprint, targets, problem } = shown;
  const { form, url } = visit;
  const place = blueprintPath(blueprint.uuid);
  const all = Object.entries(blueprint.variables ?? {});
  const isAtValue = all.some(([name]) => problemOf(problem, name) !== null);
  const title = `Apply ${blueprint.name}`;
  const main = (
    <>
      <PageHead
        title={title}
        lead={`Version ${blueprint.version}. A dry run shows what would happen and changes nothing.`}
        back={{ href: place, name: blueprint.name }}
      />
      {problem && !isAtValue ? <ProblemNote problem={problem} /> : null}
      {blueprint.metadata.destructive ? (
        <Note kind="warn">It destroys data. Look at a dry run first.</Note>
      ) : null}
      {targets.length === 0 ? (
        <Empty
          title="No database to apply it to"
          action={
            <a class="button" href="/console/databases/new">
              New database
            </a>
          }
        >
          It needs a database that is ready and of the right engine. Make one, then come back.
        </Empty>
      ) : (
        <Form visit={visit} action={`${place}/apply`} label={title}>
          <Panel title="Where">
            <SelectField
              name="database"
              label="Database"
              value={form.get("database") ?? url.searchParams.get("database") ?? ""}
              choices={targets.map(({ uuid, name }) => ({ value: uuid, name }))}
            />
          </Panel>
          {all.length > 0 ? (
            <Panel title="Values" lead="Each becomes one literal or one name, whatever is in it.">
              {all.map(([name, declaration]) => (
                <ValueField
                  name={name}
                  declaration={declaration}
                  value={form.get(valueField(name)) ?? ""}
                  problem={problemOf(problem, name)}
                />
              ))}
            </Panel>
          ) : null}
          <div class="actions">
            <button type="submit" name="dry_run" value="true">
              Dry run
            </button>
            <button type="submit" name="dry_run" value="false" class="quiet">
              Apply
            </button>
            <a class="button quiet" href={place}>
              Cancel
            </a>
          </div>
        </Form>
      )}
    </>
  );
  return { title, main, status: problem?.status ?? 200 };
}

/** What is wrong with one value; the API tells of all of them at once. */
function problemOf(problem: Problem | null, name: string): Problem | null {
  const list: unknown = problem?.details.problems;
  if (!problem || !Array.isArray(list)) return null;
  const own = list.find((each) => each?.name === name);
  if (!own) return null;
  return { ...problem, field: valueField(name), message: String(own.message) };
}

function ValueField(props: {
  name: string;
  declaration: Declaration;
  value: string;
  problem: Problem | null;
}) {
  const { declaration: of, value, problem } = props;
  const common = {
    name: valueField(props.name),
    label: props.name,
    hint: hintOf(of),
    problem,
  };
  const choices = choicesOf(of);
  if (choices) return <SelectField {...common} value={value} choices={choices} />;
  if (of.type === "json") return <AreaField {...common} value={value} rows={3} />;
  return <TextField {...common} value={value} />;
}

function choicesOf(of: Declaration) {
  const values = of.enum ?? (of.type === "boolean" ? [true, false] : null);
  if (!values) return null;
  return [
    { value: "", name: "—" },
    ...values.map((each) => ({
      value: JSON.stringify(each),
      name: typeof each === "string" ? each : JSON.stringify(each),
    })),
  ];
}

const typeWords: Record<VariableType, string> = {
  string: "A text",
  integer: "A whole number",
  number: "A number",
  boolean: "True or false",
  date: "A date, YYYY-MM-DD",
  datetime: "A time, YYYY-MM-DDThh:mm:ssZ",
  uuid: "A UUID",
  json: "JSON",
};

function hintOf(of: Declaration): string {
  const isNeeded = isRequired(of) && !hasDefault(of);
  return [
    ...(of.description ? [`${of.description}.`.replace(/\.\.$/, ".")] : []),
    `${typeWords[of.type ?? "string"]}${isNeeded ? "" : "; may be left empty"}.`,
    ...(hasDefault(of) ? [`Otherwise ${JSON.stringify(of.default)}.`] : []),
    ...(of.pattern === undefined ? [] : [`Matches ${of.pattern}`]),
  ].join(" ");
}
