import { sha256Hex } from "../../lib/secrets.ts";

/**
 * The session's cookie and the token of its forms. Over https its name begins with `__Host-`, so that
 * no sibling host and no plain connection can set it; plain http is for this machine alone.
 */
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])$/;

/** Whether cookies are for https alone: everywhere but on a developer's machine. */
function isSecure(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol !== "http:" || !loopback.test(hostname);
}

function nameOf(kind: "session" | "next", origin: string): string {
  return `${isSecure(origin) ? "__Host-" : ""}console-${kind}`;
}

/** The value of one of our cookies; `null` when it was not sent. */
export function readCookie(
  request: Request,
  kind: "session" | "next",
  origin: string,
): string | null {
  const name = nameOf(kind, origin);
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/** A `Set-Cookie` header. `maxAgeSeconds` 0 takes the cookie away. */
export function cookie(
  kind: "session" | "next",
  value: string,
  maxAgeSeconds: number,
  origin: string,
): string {
  const secure = isSecure(origin) ? "; Secure" : "";
  return `${nameOf(kind, origin)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`;
}

/** What each form of a session carries. It follows from the cookie's token, which scripts cannot read. */
export function formToken(sessionToken: string): string {
  return sha256Hex(`console-form:${sessionToken}`).slice(0, 40);
}
