import type { HtmlContent } from "./html.ts";
import type { IconName } from "./parts/icon.tsx";
import type { Visit } from "./visit.ts";

/**
 * The console is made of areas (databases, keys, …); an area is a list of routes and a place in the
 * navigation. To add a page:
 *
 *   1. Write what it shows: `src/console/<area>/<what>-page.tsx`, a function from data to JSX, made of
 *      the parts in `parts/` (Page, Panel, Table, Empty, Form, Field, Note, Secret, …).
 *   2. Write how it gets there: `src/console/<area>/routes.tsx` exports an `Area` whose routes call
 *      `visit.ask(declaration, …)`, the operation of the API. A GET returns a View; a POST acts and
 *      returns `seeOther(…)`, or a View with what was wrong (`attempt`), or with a secret shown once.
 *   3. Put the area into the list in `areas.ts`, and its pages into a browser test with `checkPage`
 *      (test/support/looks.ts): pictures, axe, the phone's width and the policy are checked.
 *
 * Before a route runs, the session is proven, its requests are counted, and a form is proven to be
 * ours (`serve` in console.ts); a Fault that it throws becomes a page that says what was wrong.
 */
export type Area = {
  /** Its place in the navigation; none for pages that are reached in another way. */
  nav?: { href: string; name: string; icon: IconName };
  /** Whom it is for; for others it is not there. Everybody when left out. */
  isFor?(visit: Visit): boolean;
  routes: Route[];
  /** What `seeOther(path, code)` tells on the page it leads to. A closed list: a URL says nothing. */
  done?: Record<string, string>;
};

export type Route = {
  method: "GET" | "POST";
  /** Below `/console`, as Hono writes paths: `/databases/:uuid`. */
  path: string;
  run(visit: Visit): Promise<View | Response>;
};

/** A page within the console's frame. */
export type View = {
  title: string;
  main: HtmlContent;
  status?: number;
};

export function get(path: string, run: Route["run"]): Route {
  return { method: "GET", path, run };
}

export function post(path: string, run: Route["run"]): Route {
  return { method: "POST", path, run };
}

/** The answer to a form that has done something: go and look. `done` is a code of the area's list. */
export function seeOther(path: string, done?: string): Response {
  const place = done === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}done=${done}`;
  return new Response(null, {
    status: 303,
    headers: { location: place, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}
