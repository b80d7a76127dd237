import type { EngineName } from "./script.ts";
import type { Span } from "./spans.ts";

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

/** The lexer by which quotes and comments are told from the rest. */
export type SpanAt = (text: string, start: number) => Span;

/** What a variable may be called, as the source of a regular expression. */
export const variableName = "[A-Za-z_][A-Za-z0-9_]{0,62}";

const placeholder = new RegExp(`\\{\\{\\s*(${variableName})\\s*(?::\\s*(\\w+)\\s*)?\\}\\}`, "y");
const opening = /\{\{#\s*(postgres|mysql)\s*\}\}/y;
const inQuotes = new RegExp(`\\{\\{\\s*(${variableName})\\s*(?::\\s*ident\\s*)?\\}\\}`, "g");

/** What a sticky pattern finds at an offset. */
function execAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** A text that is SQL as it is. */
export function plainTemplate(text: string): Template {
  return { text, parts: [{ kind: "sql", start: 0, end: text.length }], quoted: [], malformed: [] };
}

/** Takes a text apart as the given engine reads it. */
export function readTemplate(text: string, engine: EngineName, spanAt: SpanAt): Template {
  const template: Template = { text, parts: [], quoted: [], malformed: [] };
  let plainFrom = 0;
  /** The block that has been opened and not closed. */
  let block: { of: EngineName; at: number } | null = null;

  /** Ends the SQL that goes on up to `at`; what follows begins at `next`. */
  function endPlain(at: number, next: number): number {
    if (at > plainFrom) template.parts.push({ kind: "sql", start: plainFrom, end: at });
    plainFrom = next;
    return next;
  }

  for (let at = 0; at < text.length; ) {
    if (!text.startsWith("{{", at)) {
      const span = spanAt(text, at);
      if (span.kind === "quote") noteQuoted(template, span);
      at = span.end;
      continue;
    }
    const opened: RegExpExecArray | null = block === null ? execAt(opening, text, at) : null;
    const found = execAt(placeholder, text, at);
    if (opened) {
      block = { of: opened[1] === "postgres" ? "postgres" : "mysql", at };
      const inside = opening.lastIndex;
      // What is for the other engine is not read: its quotes may be none here.
      const end = block.of === engine ? inside : text.indexOf(closingOf(block.of), inside);
      at = endPlain(at, end < 0 ? text.length : end);
    } else if (block !== null && text.startsWith(closingOf(block.of), at)) {
      at = endPlain(at, at + closingOf(block.of).length);
      block = null;
    } else if (found && (found[2] === undefined || found[2] === "ident")) {
      const [start, end] = [at, placeholder.lastIndex];
      at = endPlain(start, end);
      const named: Placeholder = { name: found[1] ?? "", isIdentifier: found[2] === "ident" };
      template.parts.push({ kind: "placeholder", start, end, placeholder: named });
    } else {
      template.malformed.push({ at, message: malformed(found?.[2]) });
      at += 2;
    }
  }
  endPlain(text.length, text.length);
  if (block) {
    template.malformed.push({ at: block.at, message: `${closingOf(block.of)} is missing` });
  }
  return template;
}

function closingOf(engine: EngineName): string {
  return `{{/${engine}}}`;
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

/** A text made of a template, with the ways between its offsets and the template's. */
export type Rendered = {
  text: string;
  /** The text's offset of a template's offset that stands in plain SQL, or at the edge of a part. */
  toText(offset: number): number;
  /** The template's offset of a text's. */
  toTemplate(offset: number): number;
};

/** A part, and where in the rendered text it begins and ends. */
type Place = { part: Part; start: number; end: number };

/**
 * Puts values in the placeholders. Spaces around each keep it from running together with its
 * neighbours: `-{{n}}` is no comment and `E{{s}}` no escape string. Line breaks of what is left out
 * are kept, so that lines are those of the template.
 */
export function render(template: Template, write: (placeholder: Placeholder) => string): Rendered {
  let text = "";
  let readTo = 0;
  const places: Place[] = [];
  for (const part of template.parts) {
    text += template.text.slice(readTo, part.start).replaceAll(/[^\n]/g, "");
    const start = text.length;
    text +=
      part.kind === "placeholder"
        ? ` ${write(part.placeholder)} `
        : template.text.slice(part.start, part.end);
    places.push({ part, start, end: text.length });
    readTo = part.end;
  }
  return {
    text,
    toText(offset) {
      const place = lastOf(places, ({ part }) => part.start <= offset);
      if (!place) return 0;
      const { part, start, end } = place;
      if (part.kind === "placeholder") return offset > part.start ? end : start;
      return Math.min(end, start + (offset - part.start));
    },
    toTemplate(offset) {
      const place = lastOf(places, ({ start }) => start <= offset);
      if (!place) return 0;
      const { part, start } = place;
      if (part.kind === "placeholder") return offset > start ? part.end : part.start;
      return Math.min(part.end, part.start + (offset - start));
    },
  };
}

/** The last place of which something is true that is true of all before it. */
function lastOf(places: readonly Place[], isBefore: (place: Place) => boolean): Place | undefined {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const place = places[middle];
    if (place && isBefore(place)) low = middle + 1;
    else high = middle;
  }
  return places[low - 1];
}
