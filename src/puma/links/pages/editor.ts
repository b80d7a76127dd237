import { html, raw } from "hono/html";
import { escapeText } from "../../pages/escape.ts";
import type { Html } from "../../pages/frame.ts";
import type { LinkedRow, RowTarget, TextTarget } from "../../rules/link.ts";
import { type EditedRow, splitRow } from "../rules/edited-row.ts";
import { languageOf } from "../rules/media-type.ts";
import { prettyJson } from "../rules/pretty-json.ts";
import { diffView } from "../text-diff.ts";
import { textOf } from "./content.ts";
import { tabHref } from "./frame.ts";

/** Editing one row or one text. The form holds the version that was seen; saving compares it. */
export type Draft = {
  text: string;
  /** Why it was not saved. */
  problem?: Extract<EditedRow, { ok: false }> | { message: string; place: null };
};

export function editorContent(
  target: RowTarget | TextTarget,
  row: LinkedRow,
  draft: Draft = { text: editableText(target, row) },
): Html {
  const crlf = target.kind === "text" && textOf(target, row).includes("\r\n");
  return html`<form method="post">
<input type="hidden" name="action" value="save"><input type="hidden" name="base" value="${row.version}">${crlf ? html`<input type="hidden" name="line_ends" value="crlf">` : ""}
${field(target, draft)}
<div class="actions"><button>Save</button><a class="button quiet" href="${tabHref("view")}">Cancel</a></div>
</form>
<p class="hint">Saving keeps what was there before in the history.</p>`;
}

/** What stands in the editor: the row's own fields, or the text. */
export function editableText(target: RowTarget | TextTarget, row: LinkedRow): string {
  return target.kind === "row" ? prettyJson(splitRow(row.json).own) : textOf(target, row);
}

function field(target: RowTarget | TextTarget, { text, problem }: Draft): Html {
  const isRow = target.kind === "row";
  const isProse = !isRow && languageOf(target.mediaType, target.filename) === "markdown";
  const label = isRow ? "The row's fields, as JSON" : `The text of ${target.field}`;
  const rowsCount = Math.min(36, Math.max(10, text.split("\n").length + 2));
  // An HTML parser drops a line end right after the tag, so there is always one to drop.
  const content = raw(`\n${escapeText(text)}`);
  return html`<label for="text">${label}</label>
<textarea id="text" name="text" rows="${rowsCount}" spellcheck="${isProse ? "true" : "false"}" autocapitalize="off" autocomplete="off" aria-describedby="problem" data-guard="${problem ? "dirty" : "clean"}"${isProse ? html` class="reading"` : ""}${isRow ? html` data-json data-problem="problem"` : ""}${problem ? html` aria-invalid="true"` : ""}>${content}</textarea>
<div class="problem" id="problem" role="alert">${problem ? problemView(text, problem) : ""}</div>`;
}

function problemView(text: string, problem: NonNullable<Draft["problem"]>): Html | string {
  const { place, message } = problem;
  if (!place) return message;
  return html`Line ${place.line}, column ${place.column}: ${message}${excerpt(text, place)}`;
}

/** The broken line with a mark below the place. */
function excerpt(text: string, place: { line: number; column: number }): Html {
  const line = text.split("\n")[place.line - 1] ?? "";
  const start = Math.max(0, place.column - 40);
  const shown = line.slice(start, start + 70).replace(/\t/g, " ");
  return html`<pre>${shown}\n${" ".repeat(place.column - 1 - start)}^</pre>`;
}

/** Nothing is lost when two people write at once: both texts, and what differs between them. */
export function conflictContent(
  target: RowTarget | TextTarget,
  current: LinkedRow,
  mine: string,
): Html {
  const theirs = editableText(target, current);
  return html`<div class="note bad" role="alert"><p><strong>Not saved: this changed while you were writing.</strong> Your text is below, beside what is stored now. Mend yours and save it over the stored one, or leave it.</p></div>
<div class="sides"><section><h2>Your text</h2>${editorContent(target, current, { text: mine, problem: { message: "", place: null } })}</section>
<section><h2>Stored now</h2><div class="card"><pre tabindex="0" class="wrap">${theirs}</pre></div></section></div>
<section><h2>From the stored text to yours</h2>${diffView(theirs, mine)}</section>`;
}
