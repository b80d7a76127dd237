import { diffLines } from "diff";
import { html } from "hono/html";
import type { Html } from "../pages/frame.ts";
import { plural } from "./json-view.ts";

/** What changed between two texts, line by line, with a little of what stayed around it. */
const contextLines = 3;
/** More changed lines than this are not compared: the work grows with their square. */
const editsMax = 500;

export function diffView(before: string, after: string): Html {
  if (before === after) return html`<p class="hint">There is no difference.</p>`;
  const parts = diffLines(before, after, { maxEditLength: editsMax });
  if (!parts) return html`<p class="hint">Too much differs to be shown line by line.</p>`;
  const shown = parts.map((part, index) => {
    if (part.added) return lines(part.value).map((line) => html`<ins>${line}</ins>`);
    if (part.removed) return lines(part.value).map((line) => html`<del>${line}</del>`);
    return unchanged(lines(part.value), index === 0, index === parts.length - 1);
  });
  return html`<div class="card"><div class="diff" tabindex="0" role="region" aria-label="Differences">${shown}</div></div>`;
}

function lines(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

function unchanged(all: string[], isFirst: boolean, isLast: boolean): Html[] {
  const head = isFirst ? 0 : contextLines;
  const tail = isLast ? 0 : contextLines;
  const left = all.length - head - tail;
  const plain = (some: string[]) => some.map((line) => html`<div>${line}</div>`);
  if (left < 2) return plain(all);
  const gap = html`<div class="gap">${left} unchanged ${plural(left, "line")}</div>`;
  return [...plain(all.slice(0, head)), gap, ...plain(all.slice(all.length - tail))];
}
