import type { View } from "../area.ts";
import { Empty, More, PageHead, Table, Time } from "../parts/page.tsx";
import { ConnectionMeter, engineName, StateBadge, StorageMeter, Trends } from "./usage.tsx";
import type { DatabaseView, HistoryView, PlanView } from "./wire.ts";

export function listPage(shown: {
  teamName: string;
  databases: readonly DatabaseView[];
  histories: readonly HistoryView[];
  plans: readonly PlanView[];
  older: string | null;
}): View {
  const { databases, histories, plans } = shown;
  const make = (
    <a class="button" href="/console/databases/new">
      New database
    </a>
  );
  const isMaking = databases.some(({ status }) => status === "provisioning");
  const main = (
    <>
      <PageHead title="Databases" lead={`What ${shown.teamName} runs here.`}>
        {databases.length > 0 ? make : null}
      </PageHead>
      {databases.length === 0 ? (
        <Empty title="No database yet" action={make}>
          A database is ready in seconds: PostgreSQL or MySQL, with a login of its own. Give it a
          name, copy its connection string, and it is yours.
        </Empty>
      ) : (
        <div id="databases" data-poll={isMaking ? "1500" : undefined}>
          <Table
            caption="Databases, newest first"
            columns={[
              { name: "Name", kind: "main" },
              { name: "State" },
              { name: "Plan" },
              { name: "Use" },
              { name: "Last week" },
              { name: "Made" },
            ]}
            rows={databases.map((database) => [
              <>
                <a href={`/console/databases/${database.uuid}`}>{database.name}</a>
                <span class="sub">
                  {engineName(database.db_type)} · {database.region}
                </span>
              </>,
              <StateBadge database={database} />,
              <span class="nowrap">{database.plan}</span>,
              <div class="stack tight">
                <StorageMeter database={database} plans={plans} />
                <ConnectionMeter database={database} plans={plans} />
              </div>,
              <Trends
                name={database.name}
                history={histories.find((each) => each.database_uuid === database.uuid)}
              />,
              <Time iso={database.created_at} day />,
            ])}
          />
        </div>
      )}
      <More href={shown.older} />
    </>
  );
  return { title: "Databases", main };
}
