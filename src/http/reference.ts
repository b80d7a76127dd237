import { html } from "hono/html";

/** A page's main part for people, made of a published OpenAPI document. */
export type Html = ReturnType<typeof html>;

export type Schema = {
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
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
export type Entry = { method: string; path: string; operation: Operation };

export type Reference = {
  title: string;
  lead: Html;
  /** Where the document itself is served. */
  documentPath: string;
  /** Calls to start from. */
  sample(document: Document, entry: Entry): Html;
  /** Every error code with its meaning. */
  errors: readonly (readonly [code: string, meaning: string])[];
  /** The form of an error, as JSON in words. */
  errorForm: string;
};

/** The cast holds because the documents are our own: `openApiDocument` writes them in this shape. */
export function referenceView(written: Record<string, unknown>, reference: Reference): Html {
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
      html`<h2 id="${anchorOf(tag)}">${tag}</h2>${of(tag).map((entry) => operationView(document, entry, reference))}`,
  );
  return html`<div class="ref"><nav aria-label="Operations">${contents}<h2>More</h2><ul><li><a href="#errors">Error codes</a></li><li><a href="${reference.documentPath}">OpenAPI document</a></li></ul></nav>
<div><h1 class="title">${reference.title}</h1>
<p class="lead">${reference.lead}</p>
${sections}${errorsView(reference)}</div></div>`;
}

function anchorOf(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function operationView(document: Document, entry: Entry, reference: Reference): Html {
  const { method, path, operation } = entry;
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const answers = Object.entries(responses).map(([status, answer]) => {
    const schema = answer.content?.["application/json"]?.schema;
    const shown = Number(status) < 300 && schema ? html` ${code(typeText(document, schema))}` : "";
    return html`<tr><th scope="row">${status}</th><td>${answer.description}${shown}</td></tr>`;
  });
  return html`<section class="op" id="${operationId}"><h3>${summary}</h3>
<p class="route"><span class="verb">${method.toUpperCase()}</span>${path}</p>
${description ? html`<p>${withCode(description)}</p>` : ""}
${reference.sample(document, entry)}
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

/** What a reference of the document stands for. */
export function resolved(document: Document, schema: Schema): Schema {
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

function errorsView({ errors, errorForm }: Reference): Html {
  const rows = errors.map(
    ([name, meaning]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${meaning}</td></tr>`,
  );
  return html`<section class="op" id="errors"><h2>Error codes</h2><p>An error is <code>${errorForm}</code>; these are all the codes.</p><div class="scroll" tabindex="0" role="region" aria-label="Error codes"><table><tbody>${rows}</tbody></table></div></section>`;
}
