import type { View } from "../area.ts";
import { Facts, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import { Code } from "./code.tsx";
import { hasDefault, isRequired } from "./declared.ts";
import { enginesText, Traits } from "./parts.tsx";
import { type BlueprintView, blueprintPath, blueprintsPath, type VersionView } from "./wire.ts";

/** One blueprint: what it is, its SQL, its variables and its versions. */
export function blueprintPage(shown: {
  blueprint: BlueprintView;
  versions: readonly VersionView[];
  hasMore: boolean;
}): View {
  const { blueprint } = shown;
  const place = blueprintPath(blueprint.uuid);
  const isOwn = !blueprint.is_system_blueprint;
  const main = (
    <>
      <PageHead
        title={blueprint.name}
        lead={blueprint.description ?? undefined}
        back={{ href: blueprintsPath, name: "Blueprints" }}
      >
        {isOwn ? (
          <a class="button quiet" href={`${place}/edit`}>
            Edit
          </a>
        ) : (
          <a class="button quiet" href={`${blueprintsPath}/new?of=${blueprint.uuid}`}>
            Make your own of it
          </a>
        )}
        <a class="button" href={`${place}/apply`}>
          Apply…
        </a>
      </PageHead>
      <Panel title="What it does" actions={<Traits blueprint={blueprint} />}>
        <Facts facts={factsOf(blueprint)} />
      </Panel>
      <Panel title="SQL" id="sql">
        <Code text={blueprint.sql_content} label="SQL" />
      </Panel>
      <Variables blueprint={blueprint} />
      <Versions place={place} versions={shown.versions} hasMore={shown.hasMore} />
      {isOwn ? (
        <Panel
          title="Delete"
          kind="danger"
          lead="What was applied stays in the databases."
          actions={
            <a class="button danger" href={`${place}/delete`}>
              Delete this blueprint…
            </a>
          }
        />
      ) : null}
    </>
  );
  return { title: blueprint.name, main };
}

function factsOf({ metadata, engines, version, size_bytes: bytes }: BlueprintView) {
  const { objects, statements, transactional } = metadata;
  const total = Object.values(statements).reduce((sum, each) => sum + each, 0);
  const names = (list: typeof objects.created) =>
    list.map(({ type, name }) => `${type.replaceAll("_", " ")} ${name}`).join(", ");
  const facts: [string, string][] = [
    ["Runs on", enginesText(engines)],
    ["Version", String(version)],
    ["Statements", `${total} (${bytes} bytes)`],
    ["When it fails", transactional ? "nothing of it stays" : "on MySQL what was done stays"],
  ];
  for (const [word, list] of [
    ["Makes", objects.created],
    ["Changes", objects.altered],
    ["Drops", objects.dropped],
  ] as const) {
    if (list.length > 0) facts.push([word, names(list)]);
  }
  return facts;
}

function Variables({ blueprint }: { blueprint: BlueprintView }) {
  const all = Object.entries(blueprint.variables ?? {});
  if (all.length === 0) return null;
  return (
    <Panel title="Variables">
      <Table
        caption="Variables"
        columns={[
          { name: "Name", kind: "main" },
          { name: "Type" },
          { name: "Value" },
          { name: "Limits" },
        ]}
        rows={all.map(([name, of]) => [
          <>
            <code>{name}</code>
            {of.description ? <span class="sub">{of.description}</span> : null}
          </>,
          of.type ?? "string",
          hasDefault(of)
            ? `otherwise ${JSON.stringify(of.default)}`
            : isRequired(of)
              ? "is needed"
              : "may be left out",
          [
            ...(of.pattern === undefined ? [] : [`matches ${of.pattern}`]),
            ...(of.enum === undefined ? [] : [of.enum.map((e) => JSON.stringify(e)).join(", ")]),
          ].join("; ") || "none",
        ])}
      />
    </Panel>
  );
}

function Versions(props: { place: string; versions: readonly VersionView[]; hasMore: boolean }) {
  return (
    <Panel title="Versions" id="versions" lead="Each save of other SQL or variables made one.">
      <Table
        caption="Versions, newest first"
        columns={[
          { name: "Version", kind: "main" },
          { name: "Made" },
          { name: "Statements" },
          { name: "What changed", kind: "actions" },
        ]}
        rows={props.versions.map((each) => [
          `Version ${each.version}`,
          <Time iso={each.created_at} />,
          counted(each.statement_count, "statement"),
          each.version === 1 ? null : (
            <a
              class="button quiet small"
              href={`${props.place}/diff?from=${each.version - 1}&to=${each.version}`}
            >
              Compare with {each.version - 1}
            </a>
          ),
        ])}
      />
      {props.hasMore ? (
        <p class="hint">
          <a href={`${props.place}/diff`}>Compare earlier versions</a>
        </p>
      ) : null}
    </Panel>
  );
}
