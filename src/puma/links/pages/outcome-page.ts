import { unreachable } from "../../../lib/unreachable.ts";
import type { Html } from "../../pages/frame.ts";
import type { LinkedRow, LinkOutcome, RowTarget, TextTarget } from "../../rules/link.ts";
import { splitRow } from "../rules/edited-row.ts";
import { queryContent, rawContent, rowContent, textContent } from "./content.ts";
import { conflictContent, type Draft, editorContent } from "./editor.ts";
import { endedPage, gonePage, tooOftenPage } from "./ended.ts";
import { linkPage, rowHeading, type Tab } from "./frame.ts";
import { historyContent } from "./history.ts";

/** What a page shows besides what is stored. */
export type Shown = {
  tab: Tab;
  /** The version to compare, on the tab of the history. */
  version?: number | null;
  /** What came of the request before. */
  note?: Html;
  /** What was written and not saved. */
  draft?: Draft;
  status?: number;
};

/** Outcomes without anything to show. */
type Nothing = Extract<LinkOutcome, { kind: "ended" | "gone" | "busy" }>;
type WithRow = Extract<LinkOutcome, { kind: "row" | "text" }>;

/** The page for what came of a request through a link. */
export async function outcomePage(
  outcome: LinkOutcome,
  downloadHref: string,
  shown: Shown,
): Promise<Response> {
  const { tab, note = "", draft, status = 200 } = shown;
  switch (outcome.kind) {
    case "ended":
    case "gone":
    case "busy":
      return await nothingPage(outcome);
    case "query": {
      const { target, expiresAtMs, found } = outcome;
      const page = { target, expiresAtMs, tab, downloadHref, heading: target.table, note };
      return await linkPage({ ...page, content: queryContent(found) });
    }
    case "row":
    case "text": {
      const { target, expiresAtMs, row } = outcome;
      const heading = headingOf(target, row);
      const page = { status, target, expiresAtMs, tab, downloadHref, heading, note };
      return await linkPage({ ...page, content: tabContent(outcome, shown) });
    }
    case "conflict": {
      const { target, expiresAtMs, row } = outcome;
      const heading = headingOf(target, row);
      const page = { status: 409, target, expiresAtMs, tab, downloadHref, heading, note };
      const content = conflictContent(target, row, draft?.text ?? "");
      return await linkPage({ ...page, content });
    }
    case "saved":
    case "rows":
    case "refused":
      throw new Error(`A page was asked for, and the answer was ${outcome.kind}`);
    default:
      return unreachable(outcome);
  }
}

/** The page where there is nothing to show, or not now. */
export function nothingPage(outcome: Nothing): Promise<Response> {
  switch (outcome.kind) {
    case "ended":
      return endedPage();
    case "gone":
      return gonePage();
    case "busy":
      return tooOftenPage(outcome.resetSeconds);
    default:
      return unreachable(outcome);
  }
}

function tabContent({ target, row, versions }: WithRow, { tab, version, draft }: Shown): Html {
  switch (tab) {
    case "view":
      return target.kind === "row" ? rowContent(row) : textContent(target, row);
    case "raw":
      return rawContent(target, row);
    case "edit":
      return editorContent(target, row, draft);
    case "history":
      return historyContent(target, row, versions, version ?? null);
    default:
      return unreachable(tab);
  }
}

/** A row is called what it calls itself, a text by the name of its download. */
function headingOf(target: RowTarget | TextTarget, row: LinkedRow): string {
  if (target.kind === "text") return target.filename;
  return rowHeading(splitRow(row.json).own, target.table);
}
