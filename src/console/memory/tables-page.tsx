import type { View } from "../area.ts";
import { AreaField, Form, ProblemNote, TextField } from "../parts/form.tsx";
import { Empty, PageHead, Panel, Table } from "../parts/page.tsx";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
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
            String(rows),
            <Downloads table={name} query="" />,
          ])}
        />
      )}
    </>
  );
  return { title: "Memory", main };
}

/** Links to a table's rows as files. */
export function Downloads({ table, query }: { table: string; query: string }) {
  return (
    <span class="actions">
      {(["json", "csv"] as const).map((format) => {
        const params = new URLSearchParams(query);
        params.set("format", format);
        return (
          <a
            class="button quiet small"
            href={`${tablePath(table)}/download?${params}`}
            download={`${table}.${format}`}
          >
            {format.toUpperCase()}
            <span class="aloud"> of {table}</span>
          </a>
        );
      })}
    </span>
  );
}

/** Writing a row by hand. */
export function newRowPage(visit: Visit, table: string, problem: Problem | null): View {
  const typed = visit.form.get("row");
  const main = (
    <>
      <PageHead
        title="New row"
        back={
          table === ""
            ? { href: memoryPath, name: "Memory" }
            : { href: tablePath(table), name: table }
        }
      />
      <Panel title="What to keep" lead="The id and the times are added for you.">
        <ProblemNote problem={problem?.field ? null : problem} />
        <Form visit={visit} action={`${memoryPath}/new`} label="New row">
          <TextField
            name="table"
            label="Table"
            value={visit.form.get("table") ?? table}
            required
            maxlength={64}
            mono
            hint="A new name makes a new table: a letter, then letters, digits, _ or -."
            problem={problem}
          />
          <AreaField
            name="row"
            label="The row, as JSON"
            value={typed ?? '{\n  "title": ""\n}'}
            rows={10}
            required
            problem={problem}
          />
          <button type="submit">Keep it</button>
        </Form>
      </Panel>
    </>
  );
  return { title: "New row", main, status: problem?.status ?? 200 };
}
