import type { Context, Hono } from "hono";
import { askerOf } from "../../http/client-ip.ts";
import { readForm } from "../../http/own-form.ts";
import { newRequestId } from "../../lib/ids.ts";
import { isPumaFault } from "../../puma/rules/code.ts";
import { seeOther } from "../area.ts";
import { isOurForm, originOf } from "../origin.ts";
import { cookie, readCookie } from "../session/cookie.ts";
import { readSession } from "../session/service.ts";
import { safeNext } from "./next.ts";
import { askPage, endedPage, foreignFormPage, mailedPage, readyPage } from "./pages.tsx";
import * as service from "./service.ts";

/**
 * Signing in: ask for a link, open it, press its button. Where somebody wanted to go is kept in a
 * cookie of this browser meanwhile, and judged again when it is used.
 */
type SignInRouteDeps = service.SignInDeps & { publicUrl: string };

const formBytesMax = 10_000;
/** Of what was typed, so much is shown again. */
const emailLengthMax = 254;
const minuteSeconds = 60;

export function mountSignIn(app: Hono, deps: SignInRouteDeps): void {
  app.get(service.signInPath, (context) => open(deps, context));
  app.post(service.signInPath, (context) => ask(deps, context));
  app.get(`${service.signInLinkPath}:token`, async ({ req }) => {
    const address = await service.whomItSignsIn(deps, req.param("token"));
    return address === null ? endedPage() : readyPage(address);
  });
  app.post(`${service.signInLinkPath}:token`, (context) => enter(deps, context));
}

async function open(deps: SignInRouteDeps, context: Context): Promise<Response> {
  const next = safeNext(context.req.query("next") ?? null);
  const token = readCookie(context.req.raw, "session", originOf(deps, context.req.raw));
  if (token !== null && (await readSession(deps, token))) return seeOther(next ?? "/console");
  return await askPage({ next });
}

async function ask(deps: SignInRouteDeps, context: Context): Promise<Response> {
  const form = isOurForm(deps, context.req.raw)
    ? await readForm(context.req.raw, formBytesMax)
    : null;
  if (!form) return await foreignFormPage();
  const email = form.get("email") ?? "";
  const next = safeNext(form.get("next"));
  const origin = originOf(deps, context.req.raw);
  try {
    const input = { email, origin, ...askerOf(context.req.raw) };
    const { address, devLink } = await service.askForLink(deps, input);
    const minutes = Math.round(deps.puma.settings.MAGIC_LINK_TTL_SECONDS / minuteSeconds);
    const age = next === null ? 0 : deps.puma.settings.MAGIC_LINK_TTL_SECONDS;
    const remembered = cookie("next", encodeURIComponent(next ?? ""), age, origin);
    return await mailedPage(address, minutes, devLink, { "set-cookie": remembered });
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    const shown = { email: email.slice(0, emailLengthMax), next };
    switch (error.code) {
      case "invalid_request": {
        const problem = "That is not an e-mail address. It looks like name@example.com.";
        return await askPage({ ...shown, problem, status: 422 });
      }
      case "rate_limited": {
        const problem = "Too many links were asked for. Open the newest mail, or wait a while.";
        const headers = { "retry-after": error.headers?.["retry-after"] ?? "60" };
        return await askPage({ ...shown, problem, status: 429, headers });
      }
      default:
        throw error;
    }
  }
}

async function enter(deps: SignInRouteDeps, context: Context): Promise<Response> {
  if (!isOurForm(deps, context.req.raw)) return await foreignFormPage();
  const client = context.req.header("user-agent") ?? "";
  const token = context.req.param("token") ?? "";
  const entered = await service.signIn(deps, token, client, newRequestId());
  if (!entered) return await endedPage();
  const origin = originOf(deps, context.req.raw);
  const wanted = readCookie(context.req.raw, "next", origin);
  const response = seeOther(safeNext(decoded(wanted)) ?? "/console");
  const age = deps.settings.SESSION_IDLE_SECONDS;
  response.headers.append("set-cookie", cookie("session", entered.sessionToken, age, origin));
  response.headers.append("set-cookie", cookie("next", "", 0, origin));
  return response;
}

function decoded(text: string | null): string | null {
  try {
    return text === null ? null : decodeURIComponent(text);
  } catch {
    // A URIError: not written by us.
    return null;
  }
}
