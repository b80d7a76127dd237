import type { View } from "../area.ts";
import { SelectField } from "../parts/form.tsx";
import { Empty, PageHead, Panel } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import { DiffCode } from "./code.tsx";
import { type BlueprintView, blueprintPath, type DiffView } from "./wire.ts";

/** Versions to choose from, the newest. */
const choicesMax = 500;

/** Two versions, compared. */
export function diffPage({ blueprint, diff }: { blueprint: BlueprintView; diff: DiffView }): View {
  const place = blueprintPath(blueprint.uuid);
  const { from_version: from, to_version: to, variables } = diff;
  const count = Math.min(blueprint.version, choicesMax);
  const choices = Array.from({ length: count }, (_, at) => {
    const version = String(blueprint.version - at);
    return { value: version, name: `Version ${version}` };
  });
  const changes = [
    ["new", variables.added],
    ["gone", variables.removed],
    ["changed", variables.changed],
  ] as const;
  const told = changes.filter(([, names]) => names.length > 0);
  const main = (
    <>
      <PageHead title="What changed" back={{ href: place, name: blueprint.name }} />
      <form method="get" action={`${place}/diff`} class="filters" aria-label="Versions">
        <SelectField name="from" label="From" value={String(from)} choices={choices} />
        <SelectField name="to" label="To" value={String(to)} choices={choices} />
        <button type="submit" class="quiet">
          Compare
        </button>
      </form>
      {diff.diff === "" && told.length === 0 ? (
        <Empty title="No difference">
          {blueprint.version === 1
            ? "There is one version. A save of other SQL or variables makes the next."
            : "Choose two different versions above."}
        </Empty>
      ) : null}
      {told.length > 0 ? (
        <Panel title="Variables">
          <ul class="plain">
            {told.map(([word, names]) => (
              <li>
                {word}: <code>{names.join(", ")}</code>
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      {diff.diff === "" ? null : (
        <Panel
          title={`Version ${from} to ${to}`}
          lead={`${counted(diff.added_lines, "line")} new, ${counted(diff.removed_lines, "line")} gone.`}
        >
          <DiffCode diff={diff.diff} />
        </Panel>
      )}
    </>
  );
  return { title: `What changed in ${blueprint.name}`, main };
}
