import type { PumaDeps } from "../deps.ts";
import { isOwnForm, readForm } from "../form.ts";
import { pageSecret } from "../page-secret.ts";
import { seeOther } from "../pages/see-other.ts";
import type { LinkOutcome } from "../rules/link.ts";
import { downloadPath } from "./new-link.ts";
import { openedLink, throughLink } from "./opened-link.ts";
import type { Draft } from "./pages/editor.ts";
import { badFormPage, foreignFormPage, goodbyePage } from "./pages/ended.ts";
import { badNote, goodNote } from "./pages/frame.ts";
import { outcomePage, type Shown } from "./pages/outcome-page.ts";
import { editedRow } from "./rules/edited-row.ts";
import { type LinkGrant, sealLinkToken } from "./rules/link-token.ts";

/**
 * The pages behind viewer links: token → one call of the account's object → page. A change that was
 * made leads back to the page by a redirect, so that loading it again changes nothing.
 */
const doneTexts: Record<string, string> = {
  saved: "Saved. What was there before is in the history.",
  restored: "Restored. What was there before is in the history.",
};

/** GET of a viewer link. */
export async function viewLink(deps: PumaDeps, token: string, url: string): Promise<Response> {
  const { searchParams } = new URL(url);
  const asked = searchParams.get("tab");
  const tab = asked === "raw" || asked === "edit" || asked === "history" ? asked : "view";
  const done = searchParams.get("done") ?? "";
  const doneText = Object.hasOwn(doneTexts, done) ? doneTexts[done] : undefined;
  const note = doneText === undefined ? {} : { note: goodNote(doneText) };
  return await show(deps, token, {
    tab,
    version: wholeNumber(searchParams.get("version")),
    ...note,
  });
}

async function show(deps: PumaDeps, token: string, shown: Shown): Promise<Response> {
  const open = openedLink(deps, token, "view");
  if (!open.ok) return await open.response;
  const history = shown.tab === "history";
  const outcome = await throughLink(deps, open.grant, { kind: "view", history });
  return await pageFor(deps, open.grant, outcome, shown);
}

function pageFor(
  deps: PumaDeps,
  grant: LinkGrant,
  outcome: LinkOutcome,
  shown: Shown,
): Promise<Response> {
  const token = sealLinkToken({ ...grant, use: "download" }, pageSecret(deps.settings));
  return outcomePage(outcome, downloadPath + token, shown);
}

/** POST of a viewer link: save, restore or end, as the form says. */
export async function changeThroughLink(
  deps: PumaDeps,
  token: string,
  request: Request,
): Promise<Response> {
  const open = openedLink(deps, token, "view");
  if (!open.ok) return await open.response;
  const { grant } = open;
  if (!isOwnForm(deps, request)) return await foreignFormPage();
  const form = await readForm(request);
  const action = form?.get("action");
  if (form && action === "save" && grant.kind !== "query") {
    return await save(deps, token, grant, form);
  }
  if (form && action === "restore" && grant.kind !== "query") {
    return await restore(deps, token, grant, form);
  }
  if (form && action === "end") {
    await throughLink(deps, grant, { kind: "end" });
    return await goodbyePage();
  }
  return await badFormPage();
}

async function save(
  deps: PumaDeps,
  token: string,
  grant: LinkGrant,
  form: URLSearchParams,
): Promise<Response> {
  const text = writtenText(form);
  const base = seenVersion(form);
  const again = (problem: NonNullable<Draft["problem"]>) =>
    show(deps, token, { tab: "edit", draft: { text, problem }, status: 400 });
  let outcome: LinkOutcome;
  if (grant.kind === "row") {
    const edited = editedRow(text);
    if (!edited.ok) return await again(edited);
    outcome = await throughLink(deps, grant, { kind: "saveRow", base, row: edited.content });
  } else {
    outcome = await throughLink(deps, grant, { kind: "saveText", base, text: text.toWellFormed() });
  }
  if (outcome.kind === "saved") return seeOther("?tab=view&done=saved");
  if (outcome.kind === "refused") {
    return await again({ message: outcome.failure.message, place: null });
  }
  return await pageFor(deps, grant, outcome, { tab: "edit", draft: { text } });
}

async function restore(
  deps: PumaDeps,
  token: string,
  grant: LinkGrant,
  form: URLSearchParams,
): Promise<Response> {
  const version = wholeNumber(form.get("version")) ?? -1;
  const base = seenVersion(form);
  const outcome = await throughLink(deps, grant, { kind: "restore", base, version });
  const again = (why: string) =>
    show(deps, token, {
      tab: "history",
      version,
      note: badNote(`Not restored: ${why}`),
      status: 409,
    });
  switch (outcome.kind) {
    case "saved":
      return seeOther("?tab=view&done=restored");
    case "conflict":
      return await again("this changed meanwhile. Compare it with what is stored now.");
    case "refused":
      return await again(outcome.failure.message);
    default:
      return await pageFor(deps, grant, outcome, { tab: "view" });
  }
}

/** The text of the editor as it was before the browser made every line end CR LF. */
function writtenText(form: URLSearchParams): string {
  const text = (form.get("text") ?? "").replace(/\r\n?/g, "\n");
  return form.get("line_ends") === "crlf" ? text.replace(/\n/g, "\r\n") : text;
}

/** The version that the form's page showed; -1, which no row has, when it is missing. */
function seenVersion(form: URLSearchParams): number {
  return wholeNumber(form.get("base")) ?? -1;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
