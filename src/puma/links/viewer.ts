import { unreachable } from "../../lib/unreachable.ts";
import type { PumaDeps } from "../deps.ts";
import { pageSecret } from "../page-secret.ts";
import { enclosed, type JsonText } from "../rules/json-text.ts";
import type { LinkedRow, LinkOutcome, LinkRequest, RowTarget } from "../rules/link.ts";
import { fieldNumber, fieldText, isOwnForm, readForm } from "./form.ts";
import { downloadPath } from "./new-link.ts";
import { queryContent, rawContent, rowContent, textContent, textOf } from "./pages/content.ts";
import { conflictContent, type Draft, editorContent } from "./pages/editor.ts";
import * as ended from "./pages/ended.ts";
import { goodNote, linkPage, rowHeading, type Tab } from "./pages/frame.ts";
import { historyContent } from "./pages/history.ts";
import { editedRow, splitRow } from "./rules/edited-row.ts";
import { attachment } from "./rules/filename.ts";
import { type LinkGrant, openLinkToken, sealLinkToken } from "./rules/link-token.ts";
import { prettyJson } from "./rules/pretty-json.ts";

/**
 * The pages behind links: token → one call of the account's object → page. A token that is not ours or
 * has expired is answered without waking any object.
 */
type Opened = { ok: true; grant: LinkGrant } | { ok: false; response: Promise<Response> };

function opened(deps: PumaDeps, token: string, use: LinkGrant["use"]): Opened {
  const grant = openLinkToken(token, pageSecret(deps.settings));
  if (grant?.use !== use) return { ok: false, response: ended.unknownPage() };
  if (grant.expiresAtMs <= deps.clock()) return { ok: false, response: ended.endedPage() };
  return { ok: true, grant };
}

function through(deps: PumaDeps, grant: LinkGrant, request: LinkRequest): Promise<LinkOutcome> {
  return deps.account(grant.accountId).throughLink(grant.linkId, request);
}

/** What a page shows besides what is stored. */
type Shown = {
  tab: Tab;
  /** The version to compare. */
  version: number | null;
  saved: string | null;
  /** What was written and not saved. */
  draft?: Draft;
  status?: number;
};

const savedTexts: Record<string, string> = {
  saved: "Saved. What was there before is in the history.",
  restored: "Restored. What was there before is in the history.",
};

/** GET of a viewer link. */
export async function viewLink(deps: PumaDeps, token: string, url: string): Promise<Response> {
  const { searchParams } = new URL(url);
  const asked = searchParams.get("tab");
  const tab = asked === "raw" || asked === "edit" || asked === "history" ? asked : "view";
  const version = searchParams.get("version");
  return await show(deps, token, {
    tab,
    version: version !== null && /^\d{1,15}$/.test(version) ? Number(version) : null,
    saved: searchParams.get("done"),
  });
}

async function show(deps: PumaDeps, token: string, shown: Shown): Promise<Response> {
  const open = opened(deps, token, "view");
  if (!open.ok) return await open.response;
  const outcome = await through(deps, open.grant, {
    kind: "view",
    history: shown.tab === "history",
  });
  return await outcomePage(deps, open.grant, outcome, shown);
}

/** The page for what came of a request; `mine` is the text of one that met a conflict. */
async function outcomePage(
  deps: PumaDeps,
  grant: LinkGrant,
  outcome: LinkOutcome,
  shown: Shown,
): Promise<Response> {
  const downloadHref =
    downloadPath + sealLinkToken({ ...grant, use: "download" }, pageSecret(deps.settings));
  const { tab, version, saved, draft, status = 200 } = shown;
  switch (outcome.kind) {
    case "ended":
      return await ended.endedPage();
    case "gone":
      return await ended.gonePage();
    case "busy":
      return await ended.busyPage(outcome.resetSeconds);
    case "query": {
      const { target, expiresAtMs, found } = outcome;
      const content = queryContent(found);
      return await linkPage({ target, expiresAtMs, tab: "view", downloadHref, content });
    }
    case "row":
    case "text": {
      const { target, expiresAtMs, row, versions } = outcome;
      const note = goodNoteOf(saved);
      const named = target.kind === "row" ? { heading: rowName(target, row) } : {};
      const page = { status, target, expiresAtMs, tab, downloadHref, note, ...named };
      if (tab === "edit")
        return await linkPage({ ...page, content: editorContent(target, row, draft) });
      if (tab === "history") {
        return await linkPage({ ...page, content: historyContent(target, row, versions, version) });
      }
      if (tab === "raw") return await linkPage({ ...page, content: rawContent(target, row) });
      const content = target.kind === "row" ? rowContent(row) : textContent(target, row);
      return await linkPage({ ...page, content });
    }
    case "conflict": {
      const { target, expiresAtMs, row } = outcome;
      const content = conflictContent(target, row, draft?.text ?? "");
      const named = target.kind === "row" ? { heading: rowName(target, row) } : {};
      return await linkPage({
        status: 409,
        target,
        expiresAtMs,
        tab: "edit",
        downloadHref,
        content,
        ...named,
      });
    }
    case "saved":
    case "rows":
    case "refused":
      throw new Error(`A page was asked for, and the answer was ${outcome.kind}`);
    default:
      return unreachable(outcome);
  }
}

function rowName({ table }: RowTarget, row: LinkedRow): string {
  return rowHeading(splitRow(row.json).own, table);
}

function goodNoteOf(saved: string | null) {
  const text = saved !== null && Object.hasOwn(savedTexts, saved) ? savedTexts[saved] : undefined;
  return text === undefined ? "" : goodNote(text);
}

/** POST of a viewer link: save, restore or end, as the form says. */
export async function changeThroughLink(
  deps: PumaDeps,
  token: string,
  request: Request,
): Promise<Response> {
  const open = opened(deps, token, "view");
  if (!open.ok) return await open.response;
  if (!isOwnForm(deps, request)) return await ended.strangePage();
  const form = await readForm(request);
  const action = form?.get("action");
  if (form && action === "save" && open.grant.kind !== "query") {
    return await save(deps, token, open.grant, form);
  }
  if (form && action === "restore" && open.grant.kind !== "query") {
    return await restore(deps, token, open.grant, form);
  }
  if (form && action === "end") {
    await through(deps, open.grant, { kind: "end" });
    return await ended.goodbyePage();
  }
  return await ended.badFormPage();
}

async function save(
  deps: PumaDeps,
  token: string,
  grant: LinkGrant,
  form: URLSearchParams,
): Promise<Response> {
  const text = fieldText(form, "text");
  const base = fieldNumber(form, "base");
  const again = (problem: NonNullable<Draft["problem"]>) =>
    show(deps, token, {
      tab: "edit",
      version: null,
      saved: null,
      draft: { text, problem },
      status: 400,
    });
  let outcome: LinkOutcome;
  if (grant.kind === "row") {
    const edited = editedRow(text);
    if (!edited.ok) return await again(edited);
    outcome = await through(deps, grant, { kind: "saveRow", base, row: edited.content });
  } else {
    outcome = await through(deps, grant, { kind: "saveText", base, text: text.toWellFormed() });
  }
  if (outcome.kind === "refused")
    return await again({ message: outcome.failure.message, place: null });
  if (outcome.kind === "saved") return seeOther(`?tab=view&done=saved`);
  return await outcomePage(deps, grant, outcome, {
    tab: "edit",
    version: null,
    saved: null,
    draft: { text },
  });
}

async function restore(
  deps: PumaDeps,
  token: string,
  grant: LinkGrant,
  form: URLSearchParams,
): Promise<Response> {
  const version = fieldNumber(form, "version");
  const base = fieldNumber(form, "base");
  const outcome = await through(deps, grant, { kind: "restore", base, version });
  if (outcome.kind === "saved") return seeOther(`?tab=view&done=restored`);
  if (outcome.kind !== "conflict" && outcome.kind !== "refused") {
    return await outcomePage(deps, grant, outcome, { tab: "view", version: null, saved: null });
  }
  // It changed since, or the version is gone: the history as it is now says which.
  return await show(deps, token, { tab: "history", version, saved: null, status: 409 });
}

/** Where the form stood, with another query. Nothing of the token is repeated. */
function seeOther(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}

/** GET of a download link. */
export async function downloadLink(deps: PumaDeps, token: string): Promise<Response> {
  const open = opened(deps, token, "download");
  if (!open.ok) return await open.response;
  const outcome = await through(deps, open.grant, { kind: "download" });
  switch (outcome.kind) {
    case "row":
      return file(
        `${prettyJson(JSON.parse(outcome.row.json))}\n`,
        "application/json",
        outcome.target,
      );
    case "text":
      return file(textOf(outcome.target, outcome.row), outcome.target.mediaType, outcome.target);
    case "rows": {
      const rows = enclosed('{"rows":', outcome.rows, "}\n");
      return file(rows, "application/json", outcome.target);
    }
    default:
      return await outcomePage(deps, open.grant, outcome, {
        tab: "view",
        version: null,
        saved: null,
      });
  }
}

function file(content: JsonText, mediaType: string, { filename }: { filename: string }): Response {
  const charset = mediaType.startsWith("text/") ? "; charset=utf-8" : "";
  return new Response(content, {
    headers: {
      "content-type": mediaType + charset,
      "content-disposition": attachment(filename),
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "x-robots-tag": "noindex, nofollow, noarchive",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}
