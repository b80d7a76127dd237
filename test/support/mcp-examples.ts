import { randomUUID } from "node:crypto";
import { subjectTable } from "./puma-operations.ts";

/** Correct arguments of each tool, about the rows of `newSubject`. A new tool must be given some here. */
type Make = (of: { row: string }) => Record<string, unknown>;

const table = subjectTable;
const common = { table: "memories", title: "A title", tags: ["a"], idempotencyKey: "a-key" };

const examples: Record<string, Make> = {
  add: () => ({ table, row: { k: randomUUID() }, idempotencyKey: randomUUID() }),
  query: () => ({ table, filter: { k: "first" }, sort: "-k", limit: 5, includeLink: true }),
  batch: ({ row }) => ({ table, operations: [{ action: "update_row", id: row, patch: { p: 1 } }] }),
  upsert: () => ({ table, key: "k", row: { k: "upserted" } }),
  update_row: ({ row }) => ({ table, id: row, patch: { p: 1 } }),
  update_where: () => ({ table, filter: { k: "first" }, patch: { p: 1 }, allowMultiple: true }),
  list_tables: () => ({}),
  count: () => ({ table, filter: { k: "first" } }),
  delete: () => ({ table, filter: { k: "nobody" } }),
  versions: ({ row }) => ({ table, id: row }),
  restore: ({ row }) => ({ table, id: row, version: 1 }),
  remember: () => ({ ...common, type: "markdown", content: "# A text" }),
  remember_resource: () => ({ ...common, uri: "https://example.com/", mimeType: "text/html" }),
  remember_code: () => ({ ...common, content: "a = 1", language: "python", filename: "a.py" }),
  remember_markdown: () => ({ ...common, content: "# A text" }),
  remember_command: () => ({ ...common, content: "ls", shell: "bash" }),
  remember_config: () => ({ ...common, content: "{}", format: "json", filename: "a.json" }),
  open_row: ({ row }) => ({ table, id: row, filename: "a.json" }),
  open_text_field: ({ row }) => ({ table, field: "k", id: row, mimeType: "text/plain" }),
};

export function exampleArguments(tool: string, of: { row: string }): Record<string, unknown> {
  const make = examples[tool];
  if (!make) throw new Error(`test/support/mcp-examples.ts needs arguments of ${tool}`);
  return make(of);
}
