import { ProblemNote } from "../parts/form.tsx";
import { Empty, Panel } from "../parts/page.tsx";
import { counted } from "../parts/text.ts";
import type { Problem } from "../problem.ts";
import type { SchemaTableView } from "./wire.ts";

/** Tables on the page: more make it heavy, and nobody reads them. */
const tablesMax = 150;
const openMax = 3;

/** What a question can be about: tables that open to their columns. */
export function Schema(props: {
  tables: readonly SchemaTableView[] | null;
  problem: Problem | null;
}) {
  const { tables } = props;
  return (
    <Panel
      title="Tables"
      id="schema"
      lead="What you can ask about. Use these names where a question is not understood."
    >
      <ProblemNote problem={props.problem} />
      {tables?.length === 0 ? (
        <Empty title="This database has no tables yet">
          Connect to it and make some, or apply a blueprint; they stand here at once.
        </Empty>
      ) : null}
      {tables && tables.length > tablesMax ? (
        <p class="hint">
          The first {tablesMax} of {tables.length}.
        </p>
      ) : null}
      <div class="schema">
        {(tables ?? []).slice(0, tablesMax).map((table, at) => (
          <SchemaTable table={table} isOpen={at < openMax} />
        ))}
      </div>
    </Panel>
  );
}

/** An engine that has not counted yet says nothing, or less than nothing. */
function sizeText({ is_view: isView, row_estimate: estimate }: SchemaTableView): string {
  if (isView) return "view";
  return estimate >= 1 ? `about ${counted(Math.round(estimate), "row")}` : "table";
}

function SchemaTable({ table, isOpen }: { table: SchemaTableView; isOpen: boolean }) {
  const keys = new Map(
    table.foreign_keys.flatMap((key) =>
      key.columns.map((column, at) => [column, `${key.table}.${key.references[at]}`] as const),
    ),
  );
  return (
    <details open={isOpen}>
      <summary>
        <code>{table.schema === "public" ? table.name : `${table.schema}.${table.name}`}</code>
        <span class="soft">{sizeText(table)}</span>
      </summary>
      {table.comment ? <p class="hint">{table.comment}</p> : null}
      <ul>
        {table.columns.map((column) => (
          <li>
            <code>{column.name}</code>
            <span class="soft">
              {column.type}
              {table.primary_key.includes(column.name) ? ", key" : ""}
              {keys.has(column.name) ? ` → ${keys.get(column.name)}` : ""}
            </span>
            {column.comment ? <span class="sub">{column.comment}</span> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
