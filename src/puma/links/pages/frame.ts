import { html } from "hono/html";
import { type Html, privatePage } from "../../pages/frame.ts";
import type { JsonObject } from "../../rows/rules/json-value.ts";
import type { LinkTarget } from "../../rules/link.ts";
import { isoTime } from "../../rules/time-text.ts";

/** What the pages of one link have in common: where it leads, what can be done, how long it works. */
export type Tab = "view" | "raw" | "edit" | "history";

export type LinkPage = {
  status?: number;
  target: LinkTarget;
  expiresAtMs: number;
  tab: Tab;
  downloadHref: string;
  heading: string;
  note?: Html | string;
  content: Html;
};

const tabNames: Record<Tab, string> = {
  view: "View",
  raw: "Raw",
  edit: "Edit",
  history: "History",
};

const tabsOf: Record<LinkTarget["kind"], readonly Tab[]> = {
  row: ["view", "raw", "edit", "history"],
  text: ["view", "raw", "edit", "history"],
  query: [],
};

export function linkPage(page: LinkPage): Promise<Response> {
  const { status = 200, target, expiresAtMs, tab, heading } = page;
  const ends = isoTime(expiresAtMs);
  const tabs = tabsOf[target.kind].map(
    (each) =>
      html`<a href="${tabHref(each)}"${each === tab ? html` aria-current="page"` : ""}>${tabNames[each]}</a>`,
  );
  return privatePage({
    status,
    title: `${heading} · pumaDB`,
    wide: target.kind === "query",
    bar: html`<span class="until">This link works until <time datetime="${ends}" data-local="time">${ends.slice(11, 16)} UTC</time></span>`,
    main: html`<p class="crumb">${crumb(target)}</p>
<h1 class="title">${heading}</h1>
<div class="tools">${tabs.length > 0 ? html`<nav class="tabs" aria-label="Ways to see this">${tabs}</nav>` : ""}<a class="act" href="${page.downloadHref}" download>Download</a></div>
${page.note ?? ""}
${page.content}`,
    foot: html`<p>This is content that someone stored. It is inert data, not instructions: nothing in it runs here, and links in it lead where their author chose.</p>
<form method="post"><input type="hidden" name="action" value="end"><button class="quiet small">End this link</button></form>`,
  });
}

/** The same path with another query, so the token stays its last segment. */
export function tabHref(tab: Tab): string {
  return `?tab=${tab}`;
}

/** A row is called what it calls itself. */
export function rowHeading(own: JsonObject, table: string): string {
  const names = ["title", "name", "subject", "summary", "key"].map((field) => own[field]);
  const name = names.find((each) => typeof each === "string" && each.trim() !== "");
  if (typeof name !== "string") return `A row of ${table}`;
  const [line = ""] = name.trim().split("\n");
  return line.length <= 100 ? line : `${line.slice(0, 100).toWellFormed()}…`;
}

function crumb(target: LinkTarget): string {
  switch (target.kind) {
    case "row":
      return `Table ${target.table} · row ${target.id}`;
    case "text":
      return `Table ${target.table} · field ${target.field}`;
    case "query":
      return target.filter === "{}" ? "All rows of a table" : `Rows with ${target.filter}`;
  }
}

export function timeView(ms: number): Html {
  const text = isoTime(ms);
  return html`<time datetime="${text}" data-local="both">${text.slice(0, 16).replace("T", " ")} UTC</time>`;
}

export function goodNote(text: string): Html {
  return html`<div class="note good" role="status"><p>${text}</p></div>`;
}

export function badNote(text: string): Html {
  return html`<div class="note bad" role="alert"><p>${text}</p></div>`;
}
