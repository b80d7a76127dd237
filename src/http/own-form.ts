import { readBody } from "./read-body.ts";

/**
 * Whether a page of ours sent the form. Pages send no referrer, so their Origin is `null`, and browsers
 * say in Sec-Fetch-Site where a request comes from; what is no browser says neither.
 */
export function isOwnForm(request: Request, ownOrigins: readonly string[]): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("origin");
  return origin === null || ownOrigins.includes(origin);
}

/** The form's fields; `null` when it is over `bytesMax`, did not come whole, or is no form. */
export async function readForm(
  request: Request,
  bytesMax: number,
): Promise<URLSearchParams | null> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return null;
  if (!request.headers.has("content-length")) return null;
  const body = await readBody(request, bytesMax);
  return body.ok ? new URLSearchParams(new TextDecoder().decode(body.bytes)) : null;
}
