import { Hono } from "hono";
import { isOwnForm, readForm } from "../http/own-form.ts";
import { newRequestId } from "../lib/ids.ts";
import { equalSecrets } from "../lib/secrets.ts";
import { polykomosEndpoints } from "../polykomos/api.ts";
import { isPolykomosFault, notFound, statusOfCode } from "../polykomos/dialect.ts";
import { type Area, type Route, seeOther, type View } from "./area.ts";
import { consoleAreas } from "./areas.ts";
import { assetResponse } from "./assets/assets.ts";
import type { ConsoleDeps } from "./deps.ts";
import { doorPage, insidePage } from "./layout.tsx";
import { cookie, formToken, readCookie } from "./session/cookie.ts";
import { readSession, type Session } from "./session/service.ts";
import { mountSignIn } from "./sign-in/routes.tsx";
import { signInPath } from "./sign-in/service.ts";
import { newVisit, type Operations, type Visit } from "./visit.ts";

/**
 * The web console at `/console`. One place (`serve`) proves the session, counts the request, proves a
 * form and turns what a route throws into a page. How a page is added stands in area.ts.
 */
/** A blueprint of 1 MB, as forms encode it. */
const formBytesMax = 4_000_000;

export function consoleApp(deps: ConsoleDeps): Hono {
  const endpoints = polykomosEndpoints(deps);
  const operations: Operations = new Map(endpoints.map((each) => [each.declaration, each]));
  const areas = consoleAreas(deps);
  const app = new Hono();

  app.get("/console/assets/:name", ({ req }) => assetResponse(req.path) ?? lostPage());
  app.get("/console", () => seeOther("/console/databases"));
  mountSignIn(app, deps);
  for (const area of areas) {
    for (const route of area.routes) {
      app.on(route.method, `/console${route.path}`, (context) =>
        serve(deps, { operations, areas, area, route }, context.req.raw, context.req.param()),
      );
    }
  }
  app.notFound(() => lostPage());
  app.onError((error, context) => {
    const fault = deps.unexpected(error, context.req.path, newRequestId());
    return brokenPage(String(fault.details?.request_id ?? ""));
  });
  return app;
}

type Place = { operations: Operations; areas: readonly Area[]; area: Area; route: Route };

async function serve(
  deps: ConsoleDeps,
  place: Place,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const url = new URL(request.url);
  const origin = originOf(deps, url);
  const token = readCookie(request, "session", origin);
  const session = token === null ? null : await readSession(deps, token);
  if (!session) return toSignIn(request, url, origin, token !== null);
  const refused = await refusal(deps, session);
  if (refused) return refused;
  const form = request.method === "POST" ? await provenForm(request, session, origin) : noForm;
  if (!form) return await staleFormPage();
  const requestId = newRequestId();
  const nowMs = deps.clock();
  const given = { request, url, params, form, session, requestId, nowMs, origin };
  const visit = newVisit(place.operations, given);
  const response = await answered(deps, place, visit);
  if (session.isRenewed && !response.headers.has("set-cookie")) {
    const age = deps.settings.SESSION_IDLE_SECONDS;
    response.headers.append("set-cookie", cookie("session", session.token, age, origin));
  }
  return response;
}

const noForm = new URLSearchParams();

async function answered(deps: ConsoleDeps, place: Place, visit: Visit): Promise<Response> {
  const { areas } = place;
  const code = visit.url.searchParams.get("done") ?? "";
  const done = areas.flatMap((area) => Object.entries(area.done ?? {}));
  const told = done.find(([name]) => name === code)?.[1] ?? null;
  try {
    if (place.area.isFor?.(visit) === false) throw notFound("page");
    const outcome = await place.route.run(visit);
    if (outcome instanceof Response) return outcome;
    return await insidePage(outcome, visit, areas, told);
  } catch (error) {
    return await insidePage(faultView(deps, error, visit), visit, areas, null);
  }
}

/** A Fault that a route did not expect, as a page: what was wrong, and what to do. */
function faultView(deps: ConsoleDeps, error: unknown, visit: Visit): View {
  if (!isPolykomosFault(error)) {
    deps.unexpected(error, visit.url.pathname, visit.requestId);
    return broken(visit.requestId);
  }
  if (error.code === "not_found") {
    const main = (
      <div class="empty">
        <h1>This is not here</h1>
        <p>It was deleted, or it belongs to a team that you are not in.</p>
        <div class="actions">
          <a class="button quiet" href="/console">
            To your databases
          </a>
        </div>
      </div>
    );
    return { title: "Not found", status: 404, main };
  }
  const main = (
    <div class="empty" role="alert">
      <h1>That did not work</h1>
      <p>{error.message}</p>
      <div class="actions">
        <a class="button quiet" href={visit.url.pathname}>
          Go back
        </a>
      </div>
    </div>
  );
  return { title: "That did not work", status: statusOfCode[error.code], main };
}

/** Where people reach us: the public address, or that of the request. */
function originOf(deps: { publicUrl: string }, url: URL): string {
  return deps.publicUrl === "" ? url.origin : deps.publicUrl.replace(/\/+$/, "");
}

/** Not signed in (any more). A page that was asked for is gone to afterwards. */
function toSignIn(request: Request, url: URL, origin: string, hadCookie: boolean): Response {
  const next = request.method === "GET" ? url.pathname + url.search : "/console";
  const response = seeOther(`${signInPath}?next=${encodeURIComponent(next)}`);
  if (hadCookie) response.headers.append("set-cookie", cookie("session", "", 0, origin));
  return response;
}

async function refusal(deps: ConsoleDeps, session: Session): Promise<Response | null> {
  const gate = deps.sessionGateOf(session.user.accountId);
  const limit = deps.settings.CONSOLE_REQUESTS_PER_MINUTE;
  const counted = await gate?.countSession(session.id, limit);
  if (!counted || counted.allowed) return null;
  const seconds = counted.retryAfterSeconds;
  const view = {
    title: "One moment",
    status: 429,
    main: (
      <>
        <h1>One moment</h1>
        <p>
          Those were many pages for one minute. Try again in {seconds}{" "}
          {seconds === 1 ? "second" : "seconds"}.
        </p>
      </>
    ),
  };
  return await doorPage(view, { "retry-after": String(seconds) });
}

/**
 * The form, when one of our pages sent it in this very session: the browser says where it comes from,
 * and it carries what follows from the session's cookie. `null` otherwise.
 */
async function provenForm(
  request: Request,
  session: Session,
  origin: string,
): Promise<URLSearchParams | null> {
  if (!isOwnForm(request, [...new Set([new URL(origin).origin, new URL(request.url).origin])])) {
    return null;
  }
  const form = await readForm(request, formBytesMax);
  const shown = form?.get("form_token") ?? "";
  return form && equalSecrets(shown, formToken(session.token)) ? form : null;
}

function staleFormPage(): Promise<Response> {
  return doorPage({
    title: "Not done",
    status: 403,
    main: (
      <>
        <h1>Nothing was changed</h1>
        <p>
          This form did not come from a page of your session, or that page is from before you signed
          in again. Open the page anew and send it from there.
        </p>
        <a class="button" href="/console">
          To the console
        </a>
      </>
    ),
  });
}

function lostPage(): Promise<Response> {
  return doorPage({
    title: "Not found",
    status: 404,
    main: (
      <>
        <h1>There is no such page</h1>
        <p>The address is wrong, or the page has moved.</p>
        <a class="button" href="/console">
          To the console
        </a>
      </>
    ),
  });
}

function broken(requestId: string): View {
  const main = (
    <div class="empty" role="alert">
      <h1>Something went wrong on our side</h1>
      <p>
        It was written down. Try again in a moment; if it stays, tell us this:{" "}
        <code>{requestId}</code>
      </p>
    </div>
  );
  return { title: "Something went wrong", status: 500, main };
}

function brokenPage(requestId: string): Promise<Response> {
  return doorPage(broken(requestId));
}
