import type { View } from "../area.ts";
import { Empty, Live, More, PageHead, Table, Time } from "../parts/page.tsx";
import { engineName } from "../parts/text.ts";
import type { Visit } from "../visit.ts";
import { ConnectionMeter, StateBadge, StorageMeter, Trends } from "./usage.tsx";
import {
  type DatabaseView,
  databasePath,
  databasesPath,
  type HistoryView,
  type PlanView,
} from "./wire.ts";

export function listPage(
  { url, session }: Visit,
  shown: {
    databases: readonly DatabaseView[];
    histories: readonly HistoryView[];
    plans: readonly PlanView[];
    older: string | null;
  },
): View {
  const { databases, histories, plans } = shown;
  const make = (
    <a class="button" href={`${databasesPath}/new`}>
      New database
    </a>
  );
  const isMaking = databases.some(({ status }) => status === "provisioning");
  const main = (
    <>
      <PageHead title="Databases" lead={`What ${session.team?.name ?? "your team"} runs here.`}>
        {databases.length > 0 ? make : null}
      </PageHead>
      {databases.length === 0 ? (
        <Empty title="No database yet" action={make}>
          A database is ready in seconds: PostgreSQL or MySQL, with a login of its own. Give it a
          name, copy its connection string, and it is yours.
        </Empty>
      ) : (
        <Live id="databases" from={url.pathname + url.search} everyMs={isMaking ? 1_500 : null}>
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
                <a href={databasePath(database.uuid)}>{database.name}</a>
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
        </Live>
      )}
      <More href={shown.older} />
    </>
  );
  return { title: "Databases", main };
}
