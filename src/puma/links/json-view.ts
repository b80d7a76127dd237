import { html } from "hono/html";
import type { Html } from "../pages/frame.ts";
import { isJsonObject, type JsonValue, jsonTextOf } from "../rows/rules/json-value.ts";

/** A JSON value for reading: texts as texts, lists and objects as trees that fold. */
const itemsMax = 200;
const openDepthMax = 2;

export function jsonView(value: JsonValue, depth = 0): Html {
  if (value === "") return html`<span class="empty">empty text</span>`;
  if (typeof value === "string") return html`<span class="string">${value}</span>`;
  if (typeof value === "number")
    return html`<span class="value number">${jsonTextOf(value)}</span>`;
  if (value === null || typeof value === "boolean") {
    return html`<span class="value word">${String(value)}</span>`;
  }
  const entries: [string | null, JsonValue][] = isJsonObject(value)
    ? Object.entries(value)
    : value.map((each) => [null, each]);
  const size = sizeText(value, entries.length);
  if (entries.length === 0) return html`<span class="empty">${size}</span>`;
  const shown = entries.slice(0, itemsMax).map(([key, each]) => {
    const name = key === null ? "" : html`<span class="key">${key}</span> `;
    return html`<li>${name}${jsonView(each, depth + 1)}</li>`;
  });
  const rest = entries.length - shown.length;
  const more = rest > 0 ? html`<li class="empty">and ${rest} more, in the raw view</li>` : "";
  return html`<details${depth < openDepthMax ? html` open` : ""}><summary>${size}</summary><ul class="tree">${shown}${more}</ul></details>`;
}

function sizeText(value: JsonValue, size: number): string {
  if (isJsonObject(value)) return size === 0 ? "empty object" : `${size} ${plural(size, "field")}`;
  return size === 0 ? "empty list" : `${size} ${plural(size, "item")}`;
}

export function plural(count: number, one: string): string {
  return count === 1 ? one : `${one}s`;
}
