import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { mountAdmin } from "./admin/api.ts";
import type { Deps } from "./deps.ts";
import { discardBody } from "./http/read-body.ts";
import { mountPolykomos, polykomosEndpoints } from "./polykomos/api.ts";
import { pumaApi } from "./puma/api.ts";

export type App = {
  fetch(request: Request, env: object, ctx: ExecutionContext): Promise<Response>;
};

/**
 * The APIs by the first part of the path; pumaDB's has the pages too. Each has a router of its own,
 * for Hono takes its slow one for all of an app's paths as soon as two are ambiguous, as pumaDB's
 * `_keys` and `{table}` are.
 */
export function createApp(deps: Deps): App {
  const polykomos = new Hono();
  mountPolykomos(polykomos, deps);

  const puma = pumaApi(deps.puma);

  const operator = new Hono();
  operator.get("/healthz", async (context) => {
    const health = await deps.health();
    return context.json(health, health.ok ? 200 : 503, { "cache-control": "no-store" });
  });
  mountAdmin(operator, deps);

  // Loaded at the first visit: requests of the APIs pay nothing for it.
  let consolePages: Promise<Hono> | undefined;
  function loadConsole(): Promise<Hono> {
    consolePages ??= import("./console/console.tsx").then((module) => module.consoleApp(deps));
    return consolePages;
  }

  let site: Promise<Hono> | undefined;
  function loadSite(): Promise<Hono> {
    site ??= import("./site/site.tsx").then(({ siteApp }) => {
      const declarations = polykomosEndpoints(deps).map((each) => each.declaration);
      return siteApp(deps, declarations);
    });
    return site;
  }

  function isPolykomosHost(request: Request): boolean {
    const { POLYKOMOS_HOST } = deps.settings;
    return POLYKOMOS_HOST !== "" && new URL(request.url).host === POLYKOMOS_HOST;
  }

  function appOf(path: string, request: Request): Hono | Promise<Hono> {
    switch (path.split("/", 2)[1]) {
      case "api":
        return path === "/api" || path === "/api/llms.md" ? loadSite() : polykomos;
      case "guides":
      case "polykomos":
        return loadSite();
      case "":
        return isPolykomosHost(request) ? loadSite() : puma;
      case "console":
        return loadConsole();
      case "admin":
      case "healthz":
        return operator;
      default:
        return puma;
    }
  }

  return {
    async fetch(request, env, ctx) {
      const app = appOf(getPath(request), request);
      const ready = app instanceof Promise ? await app : app;
      const response = await ready.fetch(request, env, ctx);
      await discardBody(request);
      return response;
    },
  };
}
