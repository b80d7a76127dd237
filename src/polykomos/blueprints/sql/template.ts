import type { EngineName } from "./script.ts";

/**
 * A blueprint's text taken apart: plain SQL, placeholders `{{name}}` and `{{name:ident}}`, and parts
 * for one engine only, `{{#postgres}} … {{/postgres}}`. Braces inside quotes and comments are text.
 */
export type Placeholder = { name: string; isIdentifier: boolean };

type Part =
  | { kind: "sql"; start: number; end: number }
  | { kind: "placeholder"; start: number; end: number; placeholder: Placeholder };

export type Template = {
  text: string;
  /** In order; what stands between them is for the other engine. */
  parts: Part[];
  /** Placeholders' names that stand inside quotes, with where. */
  quoted: { name: string; at: number }[];
  malformed: { at: number; message: string }[];
};

type Span = { kind: string; start: number; end: number };
export type Spans = (text: string, start: number) => Span;

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,62})\s*(?::\s*(\w+)\s*)?\}\}/y;
const opening = /\{\{#\s*(postgres|mysql)\s*\}\}/y;
const inQuotes = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,62})\s*(?::\s*ident\s*)?\}\}/g;

function execAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A text that is SQL as it is. */
export function plainTemplate(text: string): Template {
  return { text, parts: [{ kind: "sql", start: 0, end: text.length }], quoted: [], malformed: [] };
}

/** Takes a text apart as the given engine reads it. */
export function readTemplate(text: string, engine: EngineName, spanAt: Spans): Template {
  const template: Template = { text, parts: [], quoted: [], malformed: [] };
  let plainFrom = 0;
  let inside: EngineName | null = null;

  function endPlain(at: number): void {
    if (at > plainFrom) template.parts.push({ kind: "sql", start: plainFrom, end: at });
  }

  for (let at = 0; at < text.length; ) {
    if (!text.startsWith("{{", at)) {
      const span = spanAt(text, at);
      if (span.kind === "quote") noteQuoted(template, span);
      at = span.end;
      continue;
    }
    const block: RegExpExecArray | null = inside === null ? execAt(opening, text, at) : null;
    const close = inside !== null && text.startsWith(`{{/${inside}}}`, at);
    const found = execAt(placeholder, text, at);
    if (block) {
      endPlain(at);
      inside = block[1] === "postgres" ? "postgres" : "mysql";
      at = opening.lastIndex;
      if (inside !== engine) {
        const end = text.indexOf(`{{/${inside}}}`, at);
        if (end < 0) template.malformed.push({ at, message: `{{/${inside}}} is missing` });
        at = end < 0 ? text.length : end;
      }
      plainFrom = at;
    } else if (close) {
      endPlain(at);
      at += `{{/${inside}}}`.length;
      plainFrom = at;
      inside = null;
    } else if (found && (found[2] === undefined || found[2] === "ident")) {
      endPlain(at);
      const end = placeholder.lastIndex;
      const isIdentifier = found[2] === "ident";
      template.parts.push({
        kind: "placeholder",
        start: at,
        end,
        placeholder: { name: found[1] ?? "", isIdentifier },
      });
      at = end;
      plainFrom = end;
    } else {
      template.malformed.push({ at, message: malformed(found?.[2]) });
      at += 2;
    }
  }
  endPlain(text.length);
  if (inside !== null && text.indexOf(`{{/${inside}}}`) >= 0) {
    template.malformed.push({ at: text.length, message: `{{/${inside}}} is missing` });
  }
  return template;
}

function malformed(kind: string | undefined): string {
  if (kind !== undefined) return `":${kind}" is no kind of placeholder; ":ident" is the only one`;
  return "braces must be {{name}}, {{name:ident}} or {{#postgres}} … {{/postgres}}";
}

function noteQuoted(template: Template, { start, end }: Span): void {
  const quote = template.text.slice(start, end);
  if (!quote.includes("{{")) return;
  for (const found of quote.matchAll(inQuotes)) {
    template.quoted.push({ name: found[1] ?? "", at: start + found.index });
  }
}

/** A text made of a template, and the way back from its offsets to the template's. */
export type Rendered = {
  text: string;
  /** The template's offset of an offset that stands in plain SQL, or at an edge of it. */
  back(offset: number): number;
};

type Place = { out: number; part: Part };

/**
 * Puts values in the placeholders of the parts between two offsets. Spaces around each keep it from
 * running together with its neighbours: `-{{n}}` is no comment and `E{{s}}` no escape string. Line
 * breaks of what is left out are kept, so that lines are those of the template.
 */
export function render(
  template: Template,
  write: (placeholder: Placeholder) => string,
  from = 0,
  to = template.text.length,
): Rendered {
  let text = "";
  let readTo = from;
  const places: Place[] = [];
  for (const part of template.parts) {
    if (part.end <= from || part.start >= to) continue;
    text += breaksIn(template.text, readTo, part.start);
    places.push({ out: text.length, part });
    text +=
      part.kind === "placeholder"
        ? ` ${write(part.placeholder)} `
        : template.text.slice(Math.max(part.start, from), Math.min(part.end, to));
    readTo = part.end;
  }
  return { text, back: (offset) => backOf(places, offset, from) };
}

function breaksIn(text: string, from: number, to: number): string {
  return to > from ? text.slice(from, to).replaceAll(/[^\n]/g, "") : "";
}

function backOf(places: readonly Place[], offset: number, from: number): number {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((places[middle]?.out ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const place = places[low];
  if (!place) return from;
  const { out, part } = place;
  if (part.kind === "placeholder") return offset > out ? part.end : part.start;
  return Math.min(part.end, Math.max(part.start, from) + (offset - out));
}
