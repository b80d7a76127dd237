import { queryLimitMax } from "../../puma/limits.ts";
import { rowHeading } from "../../puma/links/pages/frame.ts";
import { prettyJson } from "../../puma/links/rules/pretty-json.ts";
import type { View } from "../area.ts";
import { ProblemNote, SelectField, TextField } from "../parts/form.tsx";
import { Copyable, Empty, More, PageHead, Table, Time } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { Visit } from "../visit.ts";
import { Downloads } from "./downloads.tsx";
import { cellText, fieldsOf, memoryPath, type RowView, rowPath, tablePath } from "./wire.ts";

export type RowsShown = {
  table: string;
  rows: readonly RowView[];
  /** Rows before those that are shown. */
  skipped: number;
  hasMore: boolean;
  problem: Problem | null;
};

export const rowsPerPage = 50;
/** Columns beside the row's name and its time. */
const columnsMax = 4;
/** Fields that are offered to sort by. */
const sortFieldsMax = 12;
/** Of the rows as JSON; one row is shown whatever its size. */
const jsonCharactersMax = 400_000;

/** The rows of a table, with a filter in the address. */
export function rowsPage(visit: Visit, shown: RowsShown): View {
  const { table, rows, problem } = shown;
  const { searchParams } = visit.url;
  const isFiltered = ["field", "filter"].some((name) => (searchParams.get(name) ?? "") !== "");
  const isJson = searchParams.get("view") === "json";
  const main = (
    <>
      <PageHead
        title={table}
        back={{ href: memoryPath, name: "Memory" }}
        lead={`A file has at most ${counted(queryLimitMax, "row")}, the first of those asked for here.`}
      >
        <Downloads table={table} query={whichRows(searchParams)} />
        <a class="button" href={`${memoryPath}/new?table=${encodeURIComponent(table)}`}>
          New row
        </a>
      </PageHead>
      <FilterForm address={searchParams} shown={shown} />
      <ProblemNote problem={problem} toldAt={["filter"]} />
      {problem ? null : rows.length === 0 ? (
        <NoRows table={table} isFiltered={isFiltered} />
      ) : isJson ? (
        <RowsAsJson rows={rows} />
      ) : (
        <RowsAsTable table={table} rows={rows} />
      )}
      <More href={shown.hasMore ? olderHref(visit.url, shown) : null} />
    </>
  );
  return { title: table, main, status: problem?.status ?? 200 };
}

function FilterForm({ address, shown }: { address: URLSearchParams; shown: RowsShown }) {
  const { table, rows, problem } = shown;
  const typed = (name: string) => address.get(name) ?? "";
  return (
    <form method="get" action={tablePath(table)} class="filters" aria-label="Filter">
      <TextField name="field" label="Field" value={typed("field")} mono placeholder="status" />
      <TextField
        name="is"
        label="Is exactly"
        value={typed("is")}
        mono
        placeholder="open, 3, true or null"
      />
      <SelectField
        name="sort"
        label="Order"
        value={typed("sort")}
        choices={[
          { value: "", name: "Newest first" },
          { value: "created_at", name: "Oldest first" },
          { value: "-updated_at", name: "Last changed first" },
          ...fieldsOf(rows)
            .slice(0, sortFieldsMax)
            .flatMap((name) => [
              { value: name, name: `${cellText(name)}, ascending` },
              { value: `-${name}`, name: `${cellText(name)}, descending` },
            ]),
        ]}
      />
      <SelectField
        name="view"
        label="Show as"
        value={typed("view")}
        choices={[
          { value: "", name: "Table" },
          { value: "json", name: "JSON" },
        ]}
      />
      <button type="submit" class="quiet">
        Show
      </button>
      <details
        class="more-fields wide"
        open={typed("filter") !== "" || problem?.field === "filter"}
      >
        <summary>Several fields at once</summary>
        <TextField
          name="filter"
          label="Filter, as JSON"
          value={typed("filter")}
          mono
          placeholder='{"status":"open","priority":1}'
          problem={problem}
        />
      </details>
    </form>
  );
}

/** What of an address says which rows are meant, and not how and from where on they are shown. */
function whichRows(address: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams(address);
  for (const name of ["skip", "view", "done"]) kept.delete(name);
  return kept;
}

function olderHref({ pathname, searchParams }: URL, { skipped }: RowsShown): string {
  const older = new URLSearchParams(searchParams);
  older.delete("done");
  older.set("skip", String(skipped + rowsPerPage));
  return `${pathname}?${older}`;
}

function NoRows({ table, isFiltered }: { table: string; isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty
        title="No row fits"
        action={
          <a class="button quiet" href={tablePath(table)}>
            Show all rows
          </a>
        }
      >
        A value fits only when it is exactly equal: 1 is a number, and "1" in quotes is a text.
      </Empty>
    );
  }
  return (
    <Empty
      title="This table has no rows"
      action={
        <a class="button" href={`${memoryPath}/new?table=${encodeURIComponent(table)}`}>
          New row
        </a>
      }
    >
      A table is there as long as it has rows: write one, or go back to the others.
    </Empty>
  );
}

function RowsAsTable({ table, rows }: { table: string; rows: readonly RowView[] }) {
  const fields = fieldsOf(rows);
  const columns = fields.filter((each) => !namingFields.includes(each)).slice(0, columnsMax);
  return (
    <Table
      caption={`Rows of ${table}`}
      columns={[
        { name: "Row", kind: "main" },
        ...columns.map((name) => ({ name: cellText(name) })),
        { name: "Changed" },
      ]}
      rows={rows.map((row) => [
        <>
          <a href={rowPath(table, row.id)}>{nameOf(table, row)}</a>
          <span class="sub mono">{row.id}</span>
        </>,
        ...columns.map((name) => cellText(Object.hasOwn(row, name) ? row[name] : undefined)),
        <Time iso={row.updated_at} />,
      ])}
    />
  );
}

/** The fields by which a row is called (`rowHeading`): its name stands first already. */
const namingFields = ["title", "name", "subject", "summary", "key"];

function nameOf(table: string, row: RowView): string {
  const heading = rowHeading(row, table);
  // Many rows without a name would all be called alike.
  return heading === rowHeading({}, table) ? `Row …${row.id.slice(-6)}` : heading;
}

function RowsAsJson({ rows }: { rows: readonly RowView[] }) {
  const texts: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const text = prettyJson(row);
    characters += text.length;
    if (characters > jsonCharactersMax && texts.length > 0) break;
    texts.push(text);
  }
  const left = rows.length - texts.length;
  return (
    <>
      {left > 0 ? (
        <p class="hint">
          The first {texts.length} rows of this page, for they are long; download the others.
        </p>
      ) : null}
      <Copyable id="rows-json" text={`[\n${texts.join(",\n")}\n]`} label="the rows" />
    </>
  );
}
