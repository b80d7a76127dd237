import { tablePath } from "./wire.ts";

/** Links to rows of a table as files. `query`: which of them, as the address of the table's page has it. */
export function Downloads({ table, query }: { table: string; query: URLSearchParams }) {
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
