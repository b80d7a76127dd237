import type { AuthRequest } from "@cloudflare/workers-oauth-provider";
import { parse } from "hono/utils/cookie";
import { minuteMs, secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { pageSecret } from "../page-secret.ts";
import { isLoopback } from "../rules/loopback.ts";
import { openCookie, sealCookie } from "./rules/sealed-cookie.ts";

/**
 * What a browser remembers: that it signed in, for a short while, and what it was about to do when it
 * had to. Both are sealed cookies that no script sees and no other site's form sends. The second ties
 * a mailed link to the browser it was asked for in: forwarded, or asked for by somebody else, it
 * signs nobody in.
 */
export type Session = { accountId: string; address: string; expiresAtMs: number };

export type Pending = {
  /** Stands in the path of its pages. */
  id: string;
  /** The request to be approved, or `null` where somebody only wants to see the connected apps. */
  request: AuthRequest | null;
  /** Where the link was mailed, once it was. */
  address: string | null;
  expiresAtMs: number;
};

const sessionMs = 30 * minuteMs;
const pendingMs = 60 * minuteMs;
/** Browsers keep cookies of up to 4,096 bytes, name and attributes included. */
const cookieBytesMax = 3_900;
const pendingId = /^[0-9a-f]{16}$/;

type CookieDeps = Pick<PumaDeps, "settings" | "clock">;

export function newPending(deps: CookieDeps, request: AuthRequest | null): Pending {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  return { id, request, address: null, expiresAtMs: deps.clock() + pendingMs };
}

export function newSession(deps: CookieDeps, accountId: string, address: string): Session {
  return { accountId, address, expiresAtMs: deps.clock() + sessionMs };
}

export function readSession(deps: CookieDeps, request: Request): Session | null {
  const text = cookieIn(request, sessionName(request.url));
  return openCookie<Session>("session", text, pageSecret(deps.settings), deps.clock());
}

export function readPending(deps: CookieDeps, request: Request, id: string): Pending | null {
  if (!pendingId.test(id)) return null;
  const text = cookieIn(request, pendingName(request.url, id));
  const secret = pageSecret(deps.settings);
  const pending = openCookie<Pending>("pending", text, secret, deps.clock());
  return pending?.id === id ? pending : null;
}

/** The header that makes the browser remember the session. */
export function setSession(deps: CookieDeps, request: Request, session: Session): string {
  const text = sealCookie("session", session, pageSecret(deps.settings));
  return setCookieHeader(sessionName(request.url), text, "/", sessionMs, request.url);
}

export function clearSession(request: Request): string {
  return setCookieHeader(sessionName(request.url), "", "/", 0, request.url);
}

/** The same for what is pending; `null` when it is more than a browser would keep. */
export function setPending(deps: CookieDeps, request: Request, pending: Pending): string | null {
  const text = sealCookie("pending", pending, pageSecret(deps.settings));
  const name = pendingName(request.url, pending.id);
  const header = setCookieHeader(name, text, "/oauth", pendingMs, request.url);
  return header.length <= cookieBytesMax ? header : null;
}

export function clearPending(request: Request, id: string): string {
  return setCookieHeader(pendingName(request.url, id), "", "/oauth", 0, request.url);
}

/** Plain http on this machine, where not every browser takes Secure cookies. */
function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && isLoopback(hostname);
}

function sessionName(url: string): string {
  return isPlainHttp(url) ? "puma-session" : "__Host-puma-session";
}

function pendingName(url: string, id: string): string {
  return `${isPlainHttp(url) ? "" : "__Secure-"}puma-pending-${id}`;
}

function setCookieHeader(
  name: string,
  text: string,
  path: string,
  ageMs: number,
  url: string,
): string {
  const secure = isPlainHttp(url) ? "" : "; Secure";
  const age = Math.floor(ageMs / secondMs);
  return `${name}=${text}; Path=${path}; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieIn(request: Request, name: string): string | null {
  return parse(request.headers.get("cookie") ?? "", name)[name] ?? null;
}
