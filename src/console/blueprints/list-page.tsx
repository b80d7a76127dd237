import type { View } from "../area.ts";
import { Empty, More, PageHead, Panel, Table, Time } from "../parts/page.tsx";
import type { Visit } from "../visit.ts";
import { enginesText, Traits } from "./parts.tsx";
import { type BlueprintView, blueprintPath, blueprintsPath } from "./wire.ts";

/** The team's blueprints and those of the system. */
export function listPage(
  { session }: Visit,
  shown: {
    blueprints: readonly BlueprintView[];
    /** Whether the list begins here. */
    isFirst: boolean;
    older: string | null;
  },
): View {
  const own = shown.blueprints.filter((each) => !each.is_system_blueprint);
  const ready = shown.blueprints.filter((each) => each.is_system_blueprint);
  const add = (
    <a class="button" href={`${blueprintsPath}/new`}>
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
        <Empty title={`${session.team?.name ?? "Your team"} has no blueprint yet`} action={add}>
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
          <a href={blueprintPath(each.uuid)}>{each.name}</a>
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
