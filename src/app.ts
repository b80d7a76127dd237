import { Hono } from "hono";
import { mountAdmin } from "./admin/api.ts";
import type { Deps } from "./deps.ts";
import { mountPolykomos } from "./polykomos/api.ts";
import { pumaApi } from "./puma/api.ts";

/** Mounts the APIs and pages; each API keeps its own OpenAPI document. */
export function createApp(deps: Deps): Hono {
  const app = new Hono();
  app.get("/healthz", async (context) => {
    const health = await deps.health();
    return context.json(health, health.ok ? 200 : 503, { "cache-control": "no-store" });
  });
  mountPolykomos(app, deps);
  mountAdmin(app, deps);
  app.route("/", pumaApi(deps.puma));
  return app;
}
