import { html } from "hono/html";
import { pumaCodes } from "../rules/code.ts";
import type { Html } from "./frame.ts";

/** The reference for people, made of the published OpenAPI document. */
type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
};
type Parameter = {
  in: string;
  name: string;
  required?: boolean;
  description?: string;
  schema: Schema;
};
type Content = { "application/json"?: { schema: Schema } };
type Operation = {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
type Entry = { method: string; path: string; operation: Operation };

/** The cast holds because the document is our own: `openApiDocument` writes it in this shape. */
export function referenceView(written: Record<string, unknown>, origin: string): Html {
  const document = written as unknown as Document;
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(entries.flatMap(({ operation }) => operation.tags))];
  const of = (tag: string) => entries.filter(({ operation }) => operation.tags.includes(tag));
  const contents = tags.map(
    (tag) =>
      html`<h2>${tag}</h2><ul>${of(tag).map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`)}</ul>`,
  );
  const sections = tags.map(
    (tag) =>
      html`<h2 id="${tag.toLowerCase()}">${tag}</h2>${of(tag).map((entry) => operationView(document, entry, origin))}`,
  );
  return html`<div class="ref"><nav aria-label="Operations">${contents}<h2>More</h2><ul><li><a href="#errors">Error codes</a></li><li><a href="/openapi.json">OpenAPI 3.1 document</a></li></ul></nav>
<div><h1 class="title">pumaDB REST reference</h1>
<p class="lead">Small durable JSON tables. Send JSON, with your key as <code>Authorization: Bearer puma_live_…</code></p>
${sections}${errorsView()}</div></div>`;
}

function operationView(
  document: Document,
  { method, path, operation }: Entry,
  origin: string,
): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const isPublic = operation.security?.length === 0;
  const answers = Object.entries(responses).map(([status, answer]) => {
    const schema = answer.content?.["application/json"]?.schema;
    const shown = Number(status) < 300 && schema ? html` ${code(typeText(document, schema))}` : "";
    return html`<tr><th scope="row">${status}</th><td>${answer.description}${shown}</td></tr>`;
  });
  return html`<section class="op" id="${operationId}"><h3>${summary}</h3>
<p class="route"><span class="verb">${method.toUpperCase()}</span>${path}</p>
${description ? html`<p>${withCode(description)}</p>` : ""}
<pre tabindex="0"><code>${sample(document, method, origin + path, body, isPublic)}</code></pre>
${parameters.length > 0 ? html`<h4>Parameters</h4>${table(parameters.map((each) => [each.name, `${typeText(document, each.schema)} in ${each.in}`, each.required === true, each.description]))}` : ""}
${body ? html`<h4>Body</h4>${bodyView(document, body)}` : ""}
<h4>Answers</h4><div class="scroll" tabindex="0" role="region" aria-label="Answers of ${operationId}"><table><tbody>${answers}</tbody></table></div></section>`;
}

/** What stands between backticks is code. */
function withCode(text: string): Html[] {
  return text.split("`").map((part, at) => (at % 2 === 0 ? html`${part}` : code(part)));
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}

type Line = [name: string, type: string, required: boolean, description: string | undefined];

function table(lines: Line[]): Html {
  const rows = lines.map(
    ([name, type, required, description]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${code(type)}${required ? "" : " (optional)"}${description ? html`<br>${withCode(description)}` : ""}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fields"><table><tbody>${rows}</tbody></table></div>`;
}

function bodyView(document: Document, schema: Schema): Html {
  const { properties, required = [] } = resolved(document, schema);
  if (!properties) return html`<p>${code(typeText(document, schema))}</p>`;
  return table(
    Object.entries(properties).map(([name, each]) => [
      name,
      typeText(document, each),
      required.includes(name),
      each.description,
    ]),
  );
}

function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}

/** A schema in one line. */
function typeText(document: Document, given: Schema): string {
  const schema = resolved(document, given);
  const text = (each: Schema) => typeText(document, each);
  if (schema.allOf) return "row";
  const choices = schema.oneOf ?? (schema.properties ? undefined : schema.anyOf);
  if (choices) return choices.map(text).join(" | ");
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (schema.items) return `[${text(schema.items)}]${bounds(schema.minItems, schema.maxItems)}`;
  if (schema.properties) {
    const { required = [] } = schema;
    const fields = Object.entries(schema.properties).map(
      ([name, each]) => `${name}${required.includes(name) ? "" : "?"}: ${text(each)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  if (typeof schema.additionalProperties === "object") {
    return `{ …: ${text(schema.additionalProperties)} }`;
  }
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
  const limits =
    type === "string"
      ? bounds(schema.minLength, schema.maxLength)
      : bounds(schema.minimum, schema.maximum);
  return (schema.format ?? type) + (schema.format && type.includes("null") ? " | null" : limits);
}

function bounds(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return ` from ${least}`;
  return least === undefined ? ` up to ${most}` : ` ${least}–${most}`;
}

/** A call to start from; its values are made up. */
function sample(
  document: Document,
  method: string,
  url: string,
  body: Schema | undefined,
  isPublic: boolean,
): string {
  const verb = method === "get" || (method === "post" && body) ? "" : ` -X ${method.toUpperCase()}`;
  const place = url
    .replace("{table}", "notes")
    .replace(/\{(\w+)\}/g, (_, name) => `$${name.toUpperCase()}`);
  const lines = [`curl -sS${verb} "${place}"`];
  if (!isPublic) lines.push('-H "Authorization: Bearer $PUMA_KEY"');
  if (body) {
    lines.push('-H "Content-Type: application/json"');
    lines.push(`-d '${JSON.stringify(exampleOf(document, body))}'`);
  }
  return lines.join(" \\\n  ");
}

const exampleByName: Record<string, unknown> = {
  table: "notes",
  field: "text",
  id: "019b76da-a800-7000-8000-000000000001",
  filter: { topic: "deploys" },
  patch: { reviewed: true },
  row: { topic: "deploys", text: "Deploy on Tuesdays" },
  key: "topic",
  email: "you@example.com",
  token: "the last part of the mailed link",
  name: "nightly job",
  version: 1,
  sort: "-created_at",
  limit: 10,
  operations: [{ action: "add", row: { topic: "deploys" } }],
};

function exampleOf(document: Document, schema: Schema): unknown {
  const { properties, required = [], anyOf } = resolved(document, schema);
  if (!properties) return exampleByName.row;
  const needed = [...required, ...(anyOf?.[0]?.required ?? [])];
  return Object.fromEntries(needed.map((name) => [name, exampleByName[name] ?? "…"]));
}

function errorsView(): Html {
  const rows = Object.entries(pumaCodes).map(
    ([name, meaning]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${meaning}</td></tr>`,
  );
  return html`<section class="op" id="errors"><h2>Error codes</h2><p>An error is <code>{"error":{"code","message","details"}}</code>; these are all the codes.</p><div class="scroll" tabindex="0" role="region" aria-label="Error codes"><table><tbody>${rows}</tbody></table></div></section>`;
}
