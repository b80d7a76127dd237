import * as z from "zod";
import { type PreparedOperation, prepared } from "../../endpoint.ts";
import { addRow } from "../../rows/service.ts";
import { rowView } from "../../rows/view.ts";
import { rowSchema } from "../../schemas.ts";
import { type MemoryInput, memoryRow } from "../rules/memory-row.ts";
import { idempotencyKeyField, tableField } from "./row-tools.ts";
import { type McpTool, tool } from "./tool.ts";

/** The typed writes: `remember`, and one tool for each type that makes the very same rows. */
const defaultTable = "memories";

const commonFields = {
  table: tableField.default(defaultTable),
  title: z.string().min(1).describe("What it is, in a few words"),
  description: z.string().optional().describe("What it is for, or where it is from"),
  tags: z.array(z.string().min(1)).optional().describe("Words to find it by"),
  idempotencyKey: idempotencyKeyField,
};

const fieldsByType = {
  resource: {
    uri: z.string().min(1).describe("Where it is: a URL, a path or another identifier"),
    mimeType: z.string().optional().describe("Its media type"),
    content: z.string().optional().describe("What it says, or a summary"),
  },
  code: {
    language: z.string().optional().describe("The programming language"),
    filename: z.string().optional().describe("Its name"),
    content: z.string().describe("The source code"),
  },
  markdown: { content: z.string().describe("The text, in Markdown") },
  command: {
    shell: z.string().optional().describe("The shell it is meant for"),
    content: z.string().describe("The command line; it is kept, never run"),
  },
  config: {
    format: z.string().optional().describe("Its format: json, yaml, toml, ini, env, …"),
    filename: z.string().optional().describe("Its name"),
    content: z.string().describe("The configuration as text"),
  },
};

/** The arguments of each alias. */
const inputByType = {
  resource: z.strictObject({ ...commonFields, ...fieldsByType.resource }),
  code: z.strictObject({ ...commonFields, ...fieldsByType.code }),
  markdown: z.strictObject({ ...commonFields, ...fieldsByType.markdown }),
  command: z.strictObject({ ...commonFields, ...fieldsByType.command }),
  config: z.strictObject({ ...commonFields, ...fieldsByType.config }),
};

/** The arguments of `remember`, exactly: those of an alias, and the type. */
const exactInput = z.discriminatedUnion("type", [
  inputByType.resource.extend({ type: z.literal("resource") }),
  inputByType.code.extend({ type: z.literal("code") }),
  inputByType.markdown.extend({ type: z.literal("markdown") }),
  inputByType.command.extend({ type: z.literal("command") }),
  inputByType.config.extend({ type: z.literal("config") }),
]);

/** Fields of several types, as the schema that has those of all describes them. */
const sharedFields = {
  content: z.string().optional().describe("The text itself; only a resource may be without"),
  filename: z.string().optional().describe("Its name (only with type code or config)"),
};

/** The same as one object, for `tools/list`. */
const listedInput = z.strictObject({
  type: z
    .enum(["resource", "code", "markdown", "command", "config"])
    .describe("What kind of thing it is"),
  ...commonFields,
  ...sharedFields,
  ...optionalOf("resource"),
  ...optionalOf("code"),
  ...optionalOf("command"),
  ...optionalOf("config"),
});

/** The fields of one type alone, none of them required. */
function optionalOf(type: keyof typeof fieldsByType): Record<string, z.ZodType> {
  const fields: [string, z.ZodType][] = Object.entries(fieldsByType[type]);
  return Object.fromEntries(
    fields
      .filter(([name]) => !(name in sharedFields))
      .map(([name, schema]) => [
        name,
        schema.optional().describe(`${schema.description} (only with type ${type})`),
      ]),
  );
}

const output = z.object({ row: rowSchema });

type Written = MemoryInput & { table: string; idempotencyKey?: string | undefined };

function remembered({ table, idempotencyKey, ...memory }: Written): PreparedOperation {
  return prepared(addRow({ table, row: memoryRow(memory), idempotencyKey }), rowView);
}

export const rememberTool = tool({
  name: "remember",
  title: "Remember something",
  description:
    "The preferred way to keep something for later: a resource, code, Markdown, a command or a configuration, stored as a typed, inert row with safety metadata. Nothing of it is ever run. Use add for rows of your fieldsByType shape.",
  effect: "adds",
  input: exactInput,
  plainInput: listedInput,
  output,
  prepare: (input) => remembered(input),
});

const aliasTexts = {
  resource: ["Remember a resource", "a URL, a file or another resource, by where it is"],
  code: ["Remember code", "source code"],
  markdown: ["Remember a text", "a note or document in Markdown"],
  command: ["Remember a command", "a command line"],
  config: ["Remember a configuration", "a configuration as text"],
} as const;

function alias<Type extends keyof typeof inputByType>(type: Type): McpTool {
  const [title, what] = aliasTexts[type];
  return tool({
    name: `remember_${type}`,
    title,
    description: `Keep ${what}. The same as remember with type ${type}; stored inert, never run.`,
    effect: "adds",
    input: inputByType[type],
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
