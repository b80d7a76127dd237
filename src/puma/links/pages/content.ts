import { html, raw } from "hono/html";
import type { Html } from "../../pages/frame.ts";
import { codeBlock, highlighted } from "../../pages/highlight.ts";
import { markdownHtml } from "../../pages/markdown.ts";
import type { JsonObject } from "../../rows/rules/json-value.ts";
import type { LinkedRow, QueryRows, RowTarget, TextTarget } from "../../rules/link.ts";
import { jsonView, plural } from "../json-view.ts";
import { splitRow } from "../rules/edited-row.ts";
import { languageOf } from "../rules/media-type.ts";
import { prettyJson } from "../rules/pretty-json.ts";
import { timeView } from "./frame.ts";

/** What a link shows, for reading. */
export function rowContent(row: LinkedRow): Html {
  const { own } = splitRow(row.json);
  const fields = Object.entries(own).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${jsonView(value)}</dd></div>`,
  );
  const body =
    fields.length > 0
      ? html`<dl class="fields">${fields}</dl>`
      : html`<div class="sheet empty">This row has no fields.</div>`;
  return html`<div class="card">${body}</div>${rowMeta(row)}`;
}

/** When the row was made and changed. */
function rowMeta(row: LinkedRow): Html {
  const { system } = splitRow(row.json);
  const changes = row.version === 0 ? "never" : `${row.version} ${plural(row.version, "time")}`;
  return html`<dl class="meta"><div><dt>Made</dt><dd>${timeView(Date.parse(system.created_at ?? ""))}</dd></div><div><dt>Updated</dt><dd>${timeView(Date.parse(system.updated_at ?? ""))}</dd></div><div><dt>Changed</dt><dd>${changes}</dd></div><div><dt>Id</dt><dd class="mono">${system.id}</dd></div></dl>`;
}

/** A row, or one text of it, as it is stored. */
export function rawContent(target: RowTarget | TextTarget, row: LinkedRow): Html {
  if (target.kind === "row") {
    const pretty = prettyJson(JSON.parse(row.json));
    return html`<div class="card">${copyable(raw(highlighted(pretty, "json")))}</div>`;
  }
  return html`<div class="card">${copyable(textOf(target, row))}</div>${rowMeta(row)}`;
}

function copyable(content: Html | string): Html {
  return html`<pre tabindex="0" class="wrap"><code id="raw">${content}</code></pre><div class="actions sheet"><button type="button" class="quiet small" data-copy="raw" hidden>Copy</button></div>`;
}

/** The text that a link is to. The account's object answers only for a row that has it. */
export function textOf(target: TextTarget, row: LinkedRow): string {
  const fields: JsonObject = JSON.parse(row.json);
  return String(fields[target.field]);
}

export function textContent(target: TextTarget, row: LinkedRow): Html {
  const text = textOf(target, row);
  return html`<div class="card">${readable(text, languageOf(target.mediaType, target.filename))}</div>${rowMeta(row)}`;
}

function readable(text: string, language: string): Html {
  if (text === "") return html`<div class="sheet empty">This text is empty.</div>`;
  if (language === "markdown") {
    return html`<div class="sheet"><article class="prose">${markdownHtml(text)}</article></div>`;
  }
  if (language === "plain") return html`<pre tabindex="0" class="wrap">${text}</pre>`;
  return codeBlock(text, language);
}

/** The rows of a query as a table. Long cells are cut; everything is in the download. */
const columnsMax = 40;
const cellCharactersMax = 160;

export function queryContent({ rows, found }: QueryRows): Html {
  if (rows.length === 0) {
    return html`<div class="card"><div class="sheet empty">No row matches now.</div></div>`;
  }
  const parsed = rows.map(splitRow);
  const names = [...new Set(parsed.flatMap(({ own }) => Object.keys(own)))];
  const columns = names.slice(0, columnsMax);
  const heads = columns.map((name) => html`<th scope="col">${name}</th>`);
  const body = parsed.map(({ system, own }, index) => {
    const cells = columns.map((name) => html`<td>${cell(own, name)}</td>`);
    return html`<tr><th scope="row">${index + 1}</th>${cells}<td class="quiet">${timeView(Date.parse(system.updated_at ?? ""))}</td><td class="quiet mono">${system.id}</td></tr>`;
  });
  return html`<p class="hint">${summary(rows.length, found, names.length)}</p>
<div class="find" data-find="rows" hidden><label class="hidden" for="find">Find in these rows</label><input id="find" type="search" placeholder="Find in these rows"><output aria-live="polite"></output></div>
<div class="scroll tall" tabindex="0" role="region" aria-label="Rows"><table class="rows" id="rows"><thead><tr><th scope="col"><span class="hidden">Number</span></th>${heads}<th scope="col">updated_at</th><th scope="col">id</th></tr></thead><tbody>${body}</tbody></table></div>`;
}

function summary(shown: number, found: number, names: number): string {
  const rows =
    shown < found
      ? `The first ${shown} of ${found} rows: the rest is too long for one page, and in the download.`
      : `${found} ${plural(found, "row")}.`;
  const left = names - columnsMax;
  return left > 0 ? `${rows} ${left} more ${plural(left, "field")} in the download.` : rows;
}

function cell(own: JsonObject, name: string): Html | string {
  if (!Object.hasOwn(own, name)) return "";
  const value = own[name] ?? null;
  if (typeof value === "string") return html`<div>${cut(value)}</div>`;
  if (typeof value === "number") return html`<span class="value number">${value}</span>`;
  if (typeof value === "object" && value !== null) {
    return html`<div class="value">${cut(JSON.stringify(value))}</div>`;
  }
  return html`<span class="value word">${String(value)}</span>`;
}

function cut(text: string): string {
  return text.length <= cellCharactersMax
    ? text
    : `${text.slice(0, cellCharactersMax).toWellFormed()}…`;
}
