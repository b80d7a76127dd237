import { isLoopback } from "../../rules/loopback.ts";

/**
 * Where a code may be sent (RFC 9700, RFC 8252): https, plain http to the person's own machine, or the
 * private scheme of a client that is known to use one.
 */
export type RedirectKind = "web" | "loopback" | "app";

/** Schemes of known clients; any other program could claim another one. */
const appSchemes: ReadonlySet<string> = new Set(["cursor:"]);
export const redirectLengthMax = 2_000;
export const redirectsMax = 30;

/** The kind of a redirect URI; `null` for one that no code may be sent to. */
export function redirectKind(text: string): RedirectKind | null {
  if (text.length > redirectLengthMax || !/^[\x21-\x7e]+$/.test(text)) return null;
  if (/[\\#"'<>`]/.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return null;
  if (url.protocol === "https:") return "web";
  if (url.protocol === "http:") return isLoopback(url.hostname) ? "loopback" : null;
  return appSchemes.has(url.protocol) && url.hostname !== "" ? "app" : null;
}

/** How a page names the place: a host in ASCII (punycode), with the port or private scheme. */
export function redirectPlace(text: string): string {
  const url = new URL(text);
  return redirectKind(text) === "app" ? `${url.protocol}//${url.host}` : url.host;
}

/** What a policy's form-action must allow, so that the browser follows the redirect. */
export function formActionOf(text: string): string {
  const url = new URL(text);
  if (redirectKind(text) === "app") return url.protocol;
  // The grammar of policies has no IPv6 addresses.
  return url.hostname.startsWith("[") ? url.protocol : url.origin;
}
