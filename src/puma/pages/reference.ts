import { html } from "hono/html";
import {
  type Document,
  type Entry,
  referenceView,
  resolved,
  type Schema,
} from "../../http/reference.ts";
import { pumaCodes } from "../rules/code.ts";
import type { Html } from "./frame.ts";

/** pumaDB's reference for people. */
export function pumaReference(document: Record<string, unknown>, origin: string): Html {
  return referenceView(document, {
    title: "pumaDB REST reference",
    lead: html`Small durable JSON tables. Send JSON, with your key as <code>Authorization: Bearer puma_live_…</code>`,
    documentPath: "/openapi.json",
    sample: (written, entry) =>
      html`<pre tabindex="0"><code>${sample(written, entry, origin)}</code></pre>`,
    errors: Object.entries(pumaCodes),
    errorForm: '{"error":{"code","message","details"}}',
  });
}

/** A call to start from; its values are made up. */
function sample(document: Document, { method, path, operation }: Entry, origin: string): string {
  const body = operation.requestBody?.content["application/json"]?.schema;
  const isPublic = operation.security?.length === 0;
  const query = (operation.parameters ?? []).filter((each) => each.in === "query" && each.required);
  const verb = method === "get" || (method === "post" && body) ? "" : ` -X ${method.toUpperCase()}`;
  const place = (origin + path).replace("{table}", "notes").replace(/\{(\w+)\}/g, fromEnvironment);
  const lines = [`curl -sS${query.length > 0 ? " -G" : ""}${verb} "${place}"`];
  for (const { name } of query) lines.push(`--data-urlencode "${name}=${exampleByName[name]}"`);
  if (!isPublic) lines.push('-H "Authorization: Bearer $PUMA_KEY"');
  if (body) {
    lines.push('-H "Content-Type: application/json"');
    lines.push(`-d '${JSON.stringify(exampleOf(document, body))}'`);
  }
  return lines.join(" \\\n  ");
}

/** `{id}` is what the shell has as `$ID`. */
function fromEnvironment(_: string, name: string): string {
  return `$${name.toUpperCase()}`;
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
