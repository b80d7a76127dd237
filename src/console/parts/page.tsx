import type { HtmlContent } from "../html.ts";

/** The head of a page: where it is, its name, what can be done. */
export function PageHead(props: {
  title: string;
  lead?: HtmlContent;
  back?: { href: string; name: string };
  children?: HtmlContent;
}) {
  return (
    <header class="head">
      <div>
        {props.back ? (
          <p class="back">
            <a href={props.back.href}>← {props.back.name}</a>
          </p>
        ) : null}
        <h1>{props.title}</h1>
        {props.lead ? <p class="lead">{props.lead}</p> : null}
      </div>
      {props.children ? <div class="actions">{props.children}</div> : null}
    </header>
  );
}

/** A part of a page with a heading of its own. */
export function Panel(props: {
  title: string;
  id?: string;
  lead?: HtmlContent;
  kind?: "danger";
  actions?: HtmlContent;
  children?: HtmlContent;
}) {
  const heading = `${props.id ?? props.title.toLowerCase().replace(/[^a-z]+/g, "-")}-title`;
  return (
    <section
      class={props.kind ? `panel ${props.kind}` : "panel"}
      id={props.id}
      aria-labelledby={heading}
    >
      <div class="panel-head">
        <div>
          <h2 id={heading}>{props.title}</h2>
          {props.lead ? <p class="hint">{props.lead}</p> : null}
        </div>
        {props.actions ? <div class="actions">{props.actions}</div> : null}
      </div>
      {props.children}
    </section>
  );
}

/** In the place of a list with nothing in it: why, and what to do. */
export function Empty(props: { title: string; children?: HtmlContent; action?: HtmlContent }) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      {props.action ? <div class="actions">{props.action}</div> : null}
    </div>
  );
}

export type Column = { name: string; kind?: "number" | "actions" | "main" };

const classOf = { number: "number", actions: "acts", main: "main", plain: undefined } as const;

/**
 * A table; on a narrow screen each of its rows becomes a card with the columns' names in it. The
 * column of kind `main` is its heading.
 */
export function Table(props: {
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly HtmlContent[])[];
}) {
  return (
    <div class="table">
      <table>
        <caption class="aloud">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th scope="col" class={classOf[column.kind ?? "plain"]}>
                {column.kind === "actions" ? <span class="aloud">{column.name}</span> : column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr>
              {props.columns.map((column, at) =>
                column.kind === "main" ? (
                  <th scope="row" class="main">
                    {row[at]}
                  </th>
                ) : (
                  <td class={classOf[column.kind ?? "plain"]} data-name={column.name}>
                    {row[at]}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Names and what they stand for. */
export function Facts({ facts }: { facts: readonly (readonly [string, HtmlContent])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Note(props: { kind?: "good" | "bad" | "warn"; children?: HtmlContent }) {
  return (
    <div class={props.kind ? `note ${props.kind}` : "note"} role="status">
      <p>{props.children}</p>
    </div>
  );
}

/** A text that is there to be copied; the button comes with script. */
export function Copyable(props: { id: string; text: string; label: string }) {
  return (
    <div class="copyable">
      <pre tabindex={0}>
        <code id={props.id}>{props.text}</code>
      </pre>
      <button type="button" class="small quiet" data-copy={props.id} hidden>
        Copy<span class="aloud"> {props.label}</span>
      </button>
    </div>
  );
}

/** A time, or its day, in the reader's own zone where there is script. */
export function Time(props: { iso: string | null; never?: string; day?: boolean }) {
  const { iso, never = "never", day = false } = props;
  if (iso === null) return <span class="soft">{never}</span>;
  return (
    <time datetime={iso} data-local={day ? "day" : "time"}>
      {day ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}
    </time>
  );
}

export type BadgeKind = "good" | "busy" | "bad" | "idle" | "warn";

/** The state of a thing, in a word and a colour. */
export function Badge(props: { kind: BadgeKind; children?: HtmlContent }) {
  return <span class={`badge ${props.kind}`}>{props.children}</span>;
}

/**
 * A part of a page that changes by itself: script fetches it anew from the page at `from`, every
 * `everyMs`, until that is `null`. Without script it is as it was.
 */
export function Live(props: {
  id: string;
  from: string;
  everyMs: number | null;
  children?: HtmlContent;
}) {
  const { id, from, everyMs } = props;
  const marks = everyMs === null ? {} : { "data-poll": String(everyMs), "data-poll-from": from };
  return (
    <div id={id} {...marks}>
      {props.children}
    </div>
  );
}

/** Forwards through a long list. */
export function More({ href }: { href: string | null }) {
  if (href === null) return null;
  return (
    <nav class="more" aria-label="More of this list">
      <a class="button quiet" href={href}>
        Older →
      </a>
    </nav>
  );
}
