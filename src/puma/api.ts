import { type Context, Hono } from "hono";
import { mount } from "../http/mount.ts";
import { serve } from "./access.ts";
import { assetResponse, assetsPath } from "./assets/assets.ts";
import type { PumaDeps } from "./deps.ts";
import { asFault, faultResponse, jsonHeaders } from "./dialect.ts";
import { dispatcher, pathnameOf } from "./dispatch.ts";
import { pumaDocument } from "./document.ts";
import { keyEndpoints } from "./keys/routes.ts";
import { downloadLink } from "./links/download.ts";
import { downloadPath, viewPath } from "./links/new-link.ts";
import { linkEndpoints } from "./links/routes.ts";
import { changeThroughLink, viewLink } from "./links/viewer.ts";
import { authorizer, mcpPath } from "./mcp/authorize.ts";
import { serveMcp } from "./mcp/serve.ts";
import type { Oauth } from "./oauth/routes.ts";
import { publicOrigin } from "./origin.ts";
import { publicPages } from "./pages/routes.ts";
import { rowEndpoints } from "./rows/routes.ts";
import { pumaFault } from "./rules/code.ts";
import { openLink, signInEndpoints, useLink } from "./sign-in/routes.ts";
import { signInLinkPath } from "./sign-in/service.ts";
import { tableEndpoints } from "./tables/routes.ts";

/** Every operation of pumaDB, for the document and the tests. */
export const pumaDeclarations = [
  ...signInEndpoints,
  ...rowEndpoints,
  ...tableEndpoints,
  ...keyEndpoints,
  ...linkEndpoints,
].map(({ declaration }) => declaration);

/** pumaDB over REST (`/auth/*`, `/v1/*`, `/openapi.json`), the pages behind links, and those for everybody. */
export function pumaApi(deps: PumaDeps): Hono {
  const app = new Hono();

  app.onError((error) => {
    const fault = asFault(error);
    if (fault !== error) deps.log.error("puma_request_failed", { code: fault.code, error });
    return faultResponse(fault);
  });

  // Paths that begin with _ come before those of a table, or their other methods would reach it.
  const find = dispatcher([...tableEndpoints, ...keyEndpoints, ...linkEndpoints, ...rowEndpoints]);
  app.all("/v1/*", (context) => {
    const request = context.req.raw;
    const found = find(request.method, pathnameOf(request.url));
    if (found.kind === "unknown") return unknownPath();
    if (found.kind === "wrong_method") return wrongMethod(context, found.allow);
    return serve(deps, found.endpoint, request, found.params);
  });

  const oauth = loadedOnce(deps);
  const authorize = authorizer(deps, async (token, request) =>
    (await oauth()).verifyAccessToken(token, request),
  );
  app.all(mcpPath, ({ req }) => serveMcp(deps, req.raw, authorize));

  mount(
    app,
    "",
    signInEndpoints,
    (each, context) => each.answer(deps, context.req.raw),
    wrongMethod,
  );

  app.get(`${signInLinkPath}:token`, ({ req }) => openLink(deps, req.param("token")));
  app.post(`${signInLinkPath}:token`, ({ req }) => useLink(deps, req.param("token")));
  app.all(`${signInLinkPath}:token`, (context) => wrongMethod(context, "GET, HEAD, POST"));

  app.get("/openapi.json", (context) => {
    const origin = publicOrigin(deps, context.req.url);
    const document = pumaDocument(pumaDeclarations, deps.limits, origin);
    return Response.json(document, {
      headers: { ...jsonHeaders, "access-control-allow-origin": "*" },
    });
  });
  app.all("/openapi.json", (context) => wrongMethod(context, "GET, HEAD"));

  app.get(`${viewPath}:token`, ({ req }) => viewLink(deps, req.param("token"), req.url));
  app.post(`${viewPath}:token`, ({ req }) => changeThroughLink(deps, req.param("token"), req.raw));
  app.all(`${viewPath}:token`, (context) => wrongMethod(context, "GET, HEAD, POST"));
  app.get(`${downloadPath}:token`, ({ req }) => downloadLink(deps, req.param("token")));
  app.all(`${downloadPath}:token`, (context) => wrongMethod(context, "GET, HEAD"));
  app.get(`${assetsPath}:name`, ({ req }) => assetResponse(req.path) ?? unknownPath());

  for (const path of ["/oauth/*", "/account/*", "/.well-known/*"]) {
    app.all(path, async ({ req }) => (await (await oauth()).serve(req.raw)) ?? unknownPath());
  }

  app.route("/", publicPages(deps, pumaDeclarations, wrongMethod));

  app.all("/auth/*", unknownPath);
  app.notFound(unknownPath);
  return app;
}

/** OAuth and the package behind it, loaded by the first request that needs them. */
function loadedOnce(deps: PumaDeps): () => Promise<Oauth> {
  let loading: Promise<Oauth> | undefined;
  return () => {
    loading ??= import("./oauth/routes.ts").then(({ createOauth }) => createOauth(deps));
    return loading;
  };
}

function wrongMethod(context: Context, allow: string): Response {
  const message = `${context.req.method} is not a method of this path; it takes ${allow}`;
  return faultResponse(pumaFault("method_not_allowed", message, undefined, { allow }));
}

function unknownPath(): Response {
  return faultResponse(pumaFault("not_found"));
}
