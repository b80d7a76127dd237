import type { View } from "../area.ts";
import { StateBadge } from "../databases/usage.tsx";
import type { DatabaseView } from "../databases/wire.ts";
import { Empty, More, PageHead, Table } from "../parts/page.tsx";
import { engineName } from "../parts/text.ts";
import { askOf } from "./wire.ts";

/** Which database to ask. */
export function askListPage(databases: readonly DatabaseView[], older: string | null): View {
  const main = (
    <>
      <PageHead title="Ask" lead="Put a question in plain English to one of your databases." />
      {databases.length === 0 ? (
        <Empty
          title="No database to ask"
          action={
            <a class="button" href="/console/databases/new">
              New database
            </a>
          }
        >
          Make a database first, give it tables and rows, and ask it here what is in them.
        </Empty>
      ) : (
        <Table
          caption="Databases that can be asked, newest first"
          columns={[{ name: "Database", kind: "main" }, { name: "Engine" }, { name: "State" }]}
          rows={databases.map((database) => [
            database.status === "active" ? (
              <a href={askOf(database.uuid)}>{database.name}</a>
            ) : (
              database.name
            ),
            engineName(database.db_type),
            <StateBadge database={database} />,
          ])}
        />
      )}
      <More href={older} />
    </>
  );
  return { title: "Ask", main };
}
