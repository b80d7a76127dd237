import * as z from "zod";
import { type PreparedOperation, prepared } from "../../endpoint.ts";
import type { JsonObject } from "../../rows/rules/json-value.ts";
import * as rows from "../../rows/service.ts";
import { rowView } from "../../rows/view.ts";
import { rowSchema } from "../../schemas.ts";
import { type MemoryInput, memoryRow } from "../rules/memory-row.ts";
import { idempotencyKeyField, tableField } from "./row-tools.ts";
import { type McpTool, tool } from "./tool.ts";

/** The typed writes: `remember`, and one tool for each type that makes the very same rows. */
const defaultTable = "memories";

const common = {
  table: tableField.default(defaultTable),
  title: z.string().min(1).describe("What it is, in a few words"),
  description: z.string().describe("What it is for, or where it is from").optional(),
  tags: z.array(z.string().min(1)).describe("Words to find it by").optional(),
  idempotencyKey: idempotencyKeyField,
};

const content = {
  resource: z.string().describe("What it says, or a summary").optional(),
  code: z.string().describe("The source code"),
  markdown: z.string().describe("The text, in Markdown"),
  command: z.string().describe("The command line; it is kept, never run"),
  config: z.string().describe("The configuration as text"),
};

const own = {
  resource: {
    uri: z.string().min(1).describe("Where it is: a URL, a path or another identifier"),
    mimeType: z.string().describe("Its media type").optional(),
  },
  code: {
    language: z.string().describe("The programming language").optional(),
    filename: z.string().describe("Its name").optional(),
  },
  markdown: {},
  command: { shell: z.string().describe("The shell it is meant for").optional() },
  config: {
    format: z.string().describe("json, yaml, toml, ini, env, …").optional(),
    filename: z.string().describe("Its name").optional(),
  },
};

const inputs = {
  resource: z.strictObject({ ...common, ...own.resource, content: content.resource }),
  code: z.strictObject({ ...common, ...own.code, content: content.code }),
  markdown: z.strictObject({ ...common, ...own.markdown, content: content.markdown }),
  command: z.strictObject({ ...common, ...own.command, content: content.command }),
  config: z.strictObject({ ...common, ...own.config, content: content.config }),
};

const typed = z.discriminatedUnion("type", [
  inputs.resource.extend({ type: z.literal("resource") }),
  inputs.code.extend({ type: z.literal("code") }),
  inputs.markdown.extend({ type: z.literal("markdown") }),
  inputs.command.extend({ type: z.literal("command") }),
  inputs.config.extend({ type: z.literal("config") }),
]);

const plain = z.strictObject({
  type: z.enum(["resource", "code", "markdown", "command", "config"]),
  ...common,
  content: z.string().describe("The text itself; only a resource may be without").optional(),
  ...optionalOf(own.resource, "resource"),
  ...optionalOf(own.code, "code"),
  ...optionalOf(own.command, "command"),
  ...optionalOf(own.config, "config"),
  filename: z.string().describe("Its name (only with type code or config)").optional(),
});

/** Fields of one type, for the schema that has those of all. */
function optionalOf(fields: Record<string, z.ZodType>, type: string): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [
      name,
      schema.optional().describe(`${schema.description ?? name} (only with type ${type})`),
    ]),
  );
}

const output = z.object({ row: rowSchema });

type Written = MemoryInput & { table: string; idempotencyKey?: string | undefined };

function remembered({ table: name, idempotencyKey, ...memory }: Written): PreparedOperation {
  const table = rows.tableFrom(name);
  const row: JsonObject = memoryRow(memory);
  const idempotency = rows.idempotencyFrom(idempotencyKey, table, row);
  return prepared({ kind: "add", table, row: rows.contentFrom(row), idempotency }, rowView);
}

export const rememberTool = tool({
  name: "remember",
  title: "Remember something",
  description:
    "The preferred way to keep something for later: a resource, code, Markdown, a command or a configuration, stored as a typed, inert row with safety metadata. Nothing of it is ever run. Use add for rows of your own shape.",
  effect: "adds",
  input: typed,
  plainInput: plain,
  output,
  prepare: (input) => remembered(input),
});

const about = {
  resource: ["Remember a resource", "a URL, a file or another resource, by where it is"],
  code: ["Remember code", "source code"],
  markdown: ["Remember a text", "a note or document in Markdown"],
  command: ["Remember a command", "a command line"],
  config: ["Remember a configuration", "a configuration as text"],
} as const;

function alias<Type extends keyof typeof inputs>(type: Type): McpTool {
  const [title, what] = about[type];
  return tool({
    name: `remember_${type}`,
    title,
    description: `Keep ${what}. The same as remember with type ${type}; stored inert, never run.`,
    effect: "adds",
    input: inputs[type],
    output,
    // The cast holds because the schema is that of the type, less the type itself.
    prepare: (input) => remembered({ ...(input as Omit<Written, "type">), type } as Written),
  });
}

export const rememberAliases = [
  alias("resource"),
  alias("code"),
  alias("markdown"),
  alias("command"),
  alias("config"),
];
