import { queryLimitMax } from "../../puma/limits.ts";
import type { View } from "../area.ts";
import { Empty, PageHead, Table } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import { Downloads } from "./downloads.tsx";
import { memoryPath, type TableView, tablePath } from "./wire.ts";

/** The tables of the account. */
export function tablesPage(tables: readonly TableView[]): View {
  const add = (
    <a class="button" href={`${memoryPath}/new`}>
      New row
    </a>
  );
  const main = (
    <>
      <PageHead title="Memory" lead="What you and your agents keep in pumaDB: tables of JSON rows.">
        {tables.length > 0 ? (
          <>
            <a class="button quiet" href={`${memoryPath}/export`} download>
              Export everything
            </a>
            {add}
          </>
        ) : null}
      </PageHead>
      {tables.length === 0 ? (
        <Empty
          title="Nothing is remembered yet"
          action={
            <>
              {add}
              <a class="button quiet" href="/how-to-use">
                Connect an agent
              </a>
            </>
          }
        >
          Agents and apps write here with a pumaDB key or by signing in; each table appears with its
          first row. You can also write a row yourself.
        </Empty>
      ) : (
        <Table
          caption="Tables of your memory"
          columns={[
            { name: "Table", kind: "main" },
            { name: "Rows", kind: "number" },
            { name: "Download", kind: "actions" },
          ]}
          rows={tables.map(({ name, rows }) => [
            <a href={tablePath(name)}>{name}</a>,
            rows.toLocaleString("en"),
            <Downloads table={name} query={new URLSearchParams()} />,
          ])}
        />
      )}
      {tables.some(({ rows }) => rows > queryLimitMax) ? (
        <p class="hint">
          A table's file has its newest {counted(queryLimitMax, "row")}; “Export everything” has all
          of them.
        </p>
      ) : null}
    </>
  );
  return { title: "Memory", main };
}
