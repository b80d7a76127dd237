import type { PumaDeps } from "../deps.ts";
import { origins } from "../origin.ts";

/** Forms that pages behind a link send. */
const bytesMax = 512 * 1024;

/**
 * Whether a page of ours sent the form. Pages send no referrer, so their Origin is `null`, and browsers
 * say in Sec-Fetch-Site where a request comes from; what is no browser says neither.
 */
export function isOwnForm(deps: PumaDeps, request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  return origin === null || origins(deps, request.url).includes(origin);
}

/** The form's fields; `null` when it is too large or no form. Line ends are those of Unix. */
export async function readForm(request: Request): Promise<URLSearchParams | null> {
  const type = request.headers.get("content-type") ?? "";
  const length = request.headers.get("content-length");
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return null;
  if (length === null || Number(length) > bytesMax) return null;
  return new URLSearchParams(await request.text());
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
