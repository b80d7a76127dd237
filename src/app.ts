import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { mountAdmin } from "./admin/api.ts";
import type { Deps } from "./deps.ts";
import { discardBody } from "./http/json-body.ts";
import { mountPolykomos } from "./polykomos/api.ts";
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

  function appOf(path: string): Hono {
    switch (path.split("/", 2)[1]) {
      case "api":
        return polykomos;
      case "admin":
      case "healthz":
        return operator;
      default:
        return puma;
    }
  }

  return {
    async fetch(request, env, ctx) {
      const response = await appOf(getPath(request)).fetch(request, env, ctx);
      await discardBody(request);
      return response;
    },
  };
}
