import type { HtmlContent } from "./html.ts";
import type { IconName } from "./parts/icon.tsx";
import type { Visit } from "./visit.ts";

/**
 * The console is made of areas (databases, keys, …); an area is a list of routes and a place in the
 * navigation. How a page is added stands in docs/console.md.
 *
 * Before a route runs, the session is proven, its requests are counted, and a form is proven to be
 * ours (`serve` in console.tsx); a Fault that it throws becomes a page that says what was wrong.
 */
export type Area = {
  /** Its place in the navigation; `href` is its first page. */
  nav: { href: string; name: string; icon: IconName };
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
  /** 200 when left out. */
  status?: number;
  headers?: Record<string, string>;
};

export function get(path: string, run: Route["run"]): Route {
  return { method: "GET", path, run };
}

export function post(path: string, run: Route["run"]): Route {
  return { method: "POST", path, run };
}

/** The answer to a form that has done something: go and look. `done` is a code of an area's list. */
export function seeOther(path: string, done?: string): Response {
  const place = done === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}done=${done}`;
  return new Response(null, {
    status: 303,
    headers: { location: place, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}
