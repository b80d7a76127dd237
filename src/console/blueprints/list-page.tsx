import type { View } from "../area.ts";
import { Badge, Empty, More, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { BlueprintView } from "./wire.ts";

const engineWords: Record<string, string> = { postgres: "PostgreSQL", mysql: "MySQL" };

export function enginesText(engines: readonly string[]): string {
  return engines.map((each) => engineWords[each] ?? each).join(" and ");
}

export function listPage(shown: {
  teamName: string;
  blueprints: readonly BlueprintView[];
  isFirst: boolean;
  older: string | null;
}): View {
  const own = shown.blueprints.filter((each) => !each.is_system_blueprint);
  const ready = shown.blueprints.filter((each) => each.is_system_blueprint);
  const add = (
    <a class="button" href="/console/blueprints/new">
      New blueprint
    </a>
  );
  const main = (
    <>
      <PageHead
        title="Blueprints"
        lead="SQL that is checked, kept in versions, and applied to a database as a whole."
      >
        {own.length > 0 || !shown.isFirst ? add : null}
      </PageHead>
      {own.length === 0 && shown.isFirst ? (
        <Empty title={`${shown.teamName} has no blueprint yet`} action={add}>
          Write SQL once, with variables where databases differ, and apply it to as many as you
          like; a dry run shows beforehand what would happen. Or start from one that is ready,
          below.
        </Empty>
      ) : null}
      {own.length > 0 ? <List caption="Your team's blueprints, newest first" of={own} /> : null}
      {ready.length > 0 ? (
        <Panel
          title="Ready to apply"
          lead="These come with the product. Apply one as it is, or make your own of it."
        >
          <List caption="Blueprints of the system" of={ready} />
        </Panel>
      ) : null}
      <More href={shown.older} />
    </>
  );
  return { title: "Blueprints", main };
}

function List(props: { caption: string; of: readonly BlueprintView[] }) {
  return (
    <Table
      caption={props.caption}
      columns={[
        { name: "Name", kind: "main" },
        { name: "Runs on" },
        { name: "Version", kind: "number" },
        { name: "Applying it" },
        { name: "Changed" },
      ]}
      rows={props.of.map((each) => [
        <>
          <a href={`/console/blueprints/${each.uuid}`}>{each.name}</a>
          {each.description ? <span class="sub">{each.description}</span> : null}
        </>,
        enginesText(each.engines),
        String(each.version),
        <Traits blueprint={each} />,
        <Time iso={each.updated_at} />,
      ])}
    />
  );
}

/** What is to be known before it is applied. */
export function Traits({ blueprint }: { blueprint: BlueprintView }) {
  const { destructive, re_runnable: isRerunnable } = blueprint.metadata;
  if (destructive) return <Badge kind="bad">destroys data</Badge>;
  if (!isRerunnable) return <Badge kind="warn">once only</Badge>;
  return <Badge kind="good">can be applied again</Badge>;
}
