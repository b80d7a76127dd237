import { isOwnForm as isFromOurPage, readForm as readFormWithin } from "../../http/own-form.ts";
import type { PumaDeps } from "../deps.ts";
import { origins } from "../origin.ts";

/** Forms that pages behind a link send. */
const bytesMax = 512 * 1024;

/** Whether a page of ours sent the form. */
export function isOwnForm(deps: PumaDeps, request: Request): boolean {
  return isFromOurPage(request, origins(deps, request.url));
}

/** The form's fields; `null` when it is too large or no form. Line ends are those of Unix. */
export function readForm(request: Request): Promise<URLSearchParams | null> {
  return readFormWithin(request, bytesMax);
}

/** A text as it was before the browser made every line end CR LF. */
export function fieldText(form: URLSearchParams, name: string): string {
  const text = (form.get(name) ?? "").replace(/\r\n?/g, "\n");
  return form.get("line_ends") === "crlf" ? text.replace(/\n/g, "\r\n") : text;
}

/** A whole number in a field; -1 when it is none. */
export function fieldNumber(form: URLSearchParams, name: string): number {
  const text = form.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}
