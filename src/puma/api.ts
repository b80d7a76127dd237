import { type Context, Hono } from "hono";
import { mount } from "../http/mount.ts";
import { serve } from "./access.ts";
import type { PumaDeps } from "./deps.ts";
import { asFault, faultResponse, jsonHeaders } from "./dialect.ts";
import { pumaDocument } from "./document.ts";
import type { PumaEndpoint } from "./endpoint.ts";
import { keyEndpoints } from "./keys/routes.ts";
import { rowEndpoints } from "./rows/routes.ts";
import { pumaFault } from "./rules/code.ts";
import { openLink, signInEndpoints, useLink } from "./sign-in/routes.ts";
import { tableEndpoints } from "./tables/routes.ts";

/** Every operation of pumaDB, for the document and the tests. */
export const pumaDeclarations = [
  ...signInEndpoints,
  ...rowEndpoints,
  ...tableEndpoints,
  ...keyEndpoints,
].map(({ declaration }) => declaration);

/** pumaDB over REST: `/auth/*`, `/v1/*` and `/openapi.json`. Answers everything below those. */
export function pumaApi(deps: PumaDeps): Hono {
  const app = new Hono();

  app.onError((error) => {
    const fault = asFault(error);
    if (fault !== error) deps.log.error("puma_request_failed", { code: fault.code, error });
    return faultResponse(fault);
  });

  const run = (endpoint: PumaEndpoint, context: Context) => serve(deps, endpoint, context);
  // Paths that begin with _ come before those of a table, or their other methods would reach it.
  mount(app, "", [...tableEndpoints, ...keyEndpoints], run, wrongMethod);
  mount(app, "", rowEndpoints, run, wrongMethod);
  mount(app, "", signInEndpoints, (each, context) => each.answer(deps, context), wrongMethod);

  app.get("/auth/link/:token", (context) => openLink(deps, context.req.param("token")));
  app.post("/auth/link/:token", (context) => useLink(deps, context.req.param("token")));
  app.all("/auth/link/:token", (context) => wrongMethod(context, "GET, HEAD, POST"));

  app.get("/openapi.json", (context) => {
    const origin = deps.settings.PUBLIC_URL || new URL(context.req.url).origin;
    const document = pumaDocument(pumaDeclarations, deps.limits, origin);
    return Response.json(document, {
      headers: { ...jsonHeaders, "access-control-allow-origin": "*" },
    });
  });
  app.all("/openapi.json", (context) => wrongMethod(context, "GET, HEAD"));

  for (const path of ["/auth/*", "/v1/*"]) app.all(path, unknownPath);
  app.notFound(unknownPath);
  return app;
}

function wrongMethod(context: Context, allow: string): Response {
  const message = `${context.req.method} is not a method of this path; it takes ${allow}`;
  return faultResponse(pumaFault("method_not_allowed", message, undefined, { allow }));
}

function unknownPath(): Response {
  return faultResponse(pumaFault("not_found"));
}
