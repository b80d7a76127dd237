import { Hono } from "hono";
import { readForm } from "../http/own-form.ts";
import { newRequestId } from "../lib/ids.ts";
import { equalSecrets } from "../lib/secrets.ts";
import { polykomosEndpoints } from "../polykomos/api.ts";
import { isPolykomosFault, notFound } from "../polykomos/dialect.ts";
import { type Area, type Route, seeOther } from "./area.ts";
import { consoleAreas } from "./areas.ts";
import { assetResponse } from "./assets/assets.ts";
import type { ConsoleDeps } from "./deps.ts";
import { faultView, foreignFormView, noSuchPageView, tooManyRequestsView } from "./error-pages.tsx";
import { doorPage, insidePage } from "./layout.tsx";
import { isOurForm, originOf } from "./origin.ts";
import { cookie, formToken, readCookie } from "./session/cookie.ts";
import { readSession, type Session } from "./session/service.ts";
import { mountSignIn } from "./sign-in/routes.ts";
import { signInPath } from "./sign-in/service.ts";
import { newVisit, type Operations, type Visit } from "./visit.ts";

/**
 * The web console at `/console`. One place (`serve`) proves the session, counts the request, proves a
 * form and turns what a route throws into a page. How a page is added stands in docs/console.md.
 */
export function consoleApp(deps: ConsoleDeps): Hono {
  const endpoints = polykomosEndpoints(deps);
  const operations: Operations = new Map(endpoints.map((each) => [each.declaration, each]));
  const areas = consoleAreas(deps);
  const app = new Hono();

  app.get("/console/assets/:name", ({ req }) => assetResponse(req.path) ?? noSuchPage());
  app.get("/console", () => seeOther("/console/databases"));
  mountSignIn(app, deps);
  for (const area of areas) {
    for (const route of area.routes) {
      app.on(route.method, `/console${route.path}`, (context) =>
        serve(deps, { operations, areas, area, route }, context.req.raw, context.req.param()),
      );
    }
  }
  app.notFound(noSuchPage);
  app.onError((error, context) => {
    const requestId = newRequestId();
    const fault = deps.unexpected(error, context.req.path, requestId);
    return doorPage(faultView(fault, "/console", requestId));
  });
  return app;
}

function noSuchPage(): Promise<Response> {
  return doorPage(noSuchPageView());
}

/** What a request asks for, among what there is. */
type Place = { operations: Operations; areas: readonly Area[]; area: Area; route: Route };

async function serve(
  deps: ConsoleDeps,
  place: Place,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const origin = originOf(deps, request);
  const token = readCookie(request, "session", origin);
  const session = token === null ? null : await readSession(deps, token);
  if (!session) return toSignIn(request, origin, token !== null);
  const waitSeconds = await secondsToWait(deps, session);
  if (waitSeconds !== null) return await doorPage(tooManyRequestsView(waitSeconds));
  const form =
    request.method === "POST" ? await provenForm(deps, request, session) : new URLSearchParams();
  if (!form) return await doorPage(foreignFormView());
  const visit = newVisit(place.operations, {
    request,
    url: new URL(request.url),
    params,
    form,
    session,
    requestId: newRequestId(),
    nowMs: deps.clock(),
    origin,
  });
  const response = await answered(deps, place, visit);
  if (session.isRenewed && !response.headers.has("set-cookie")) {
    const age = deps.settings.SESSION_IDLE_SECONDS;
    response.headers.append("set-cookie", cookie("session", session.token, age, origin));
  }
  return response;
}

/** Runs the route. What it throws becomes a page, with a way back to where its form stood. */
async function answered(
  deps: ConsoleDeps,
  { areas, area, route }: Place,
  visit: Visit,
): Promise<Response> {
  const { requestId, url } = visit;
  try {
    if (area.isFor?.(visit) === false) throw notFound("page");
    const outcome = await route.run(visit);
    if (outcome instanceof Response) return outcome;
    return await insidePage(outcome, visit, areas, doneText(areas, url));
  } catch (error) {
    const fault = isPolykomosFault(error) ? error : deps.unexpected(error, url.pathname, requestId);
    const back = route.method === "GET" ? url.pathname : area.nav.href;
    return await insidePage(faultView(fault, back, requestId), visit, areas, null);
  }
}

/** What the form before this page has done, by the code that it left in the address. */
function doneText(areas: readonly Area[], { searchParams }: URL): string | null {
  const code = searchParams.get("done");
  const texts = areas.flatMap(({ done = {} }) => Object.entries(done));
  return texts.find(([each]) => each === code)?.[1] ?? null;
}

/** Not signed in (any more). A page that was asked for is gone to afterwards. */
function toSignIn(request: Request, origin: string, hadCookie: boolean): Response {
  const { pathname, search } = new URL(request.url);
  const next = request.method === "GET" ? pathname + search : "/console";
  const response = seeOther(`${signInPath}?next=${encodeURIComponent(next)}`);
  if (hadCookie) response.headers.append("set-cookie", cookie("session", "", 0, origin));
  return response;
}

/** Counts the request; how long to wait when the session has had all of this minute's, else `null`. */
async function secondsToWait(deps: ConsoleDeps, { id, user }: Session): Promise<number | null> {
  const gate = deps.sessionGateOf(user.accountId);
  const counted = await gate?.countSession(id, deps.settings.CONSOLE_REQUESTS_PER_MINUTE);
  return counted && !counted.allowed ? counted.retryAfterSeconds : null;
}

/** A blueprint of 1 MB, as forms encode it. */
const formBytesMax = 4_000_000;

/**
 * The form, when one of our pages sent it in this very session: the browser says where it comes from,
 * and it carries what follows from the session's cookie. `null` otherwise.
 */
async function provenForm(
  deps: ConsoleDeps,
  request: Request,
  session: Session,
): Promise<URLSearchParams | null> {
  if (!isOurForm(deps, request)) return null;
  const form = await readForm(request, formBytesMax);
  const shown = form?.get("form_token") ?? "";
  return form && equalSecrets(shown, formToken(session.token)) ? form : null;
}
