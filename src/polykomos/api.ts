import type { Context, Hono } from "hono";
import { type Endpoint, mount } from "../http/mount.ts";
import { newRequestId } from "../lib/ids.ts";
import { auditEndpoints } from "./audit/routes.ts";
import { applicationEndpoints } from "./blueprints/applications/routes.ts";
import type { ApplicationDeps } from "./blueprints/applications/service.ts";
import { blueprintEndpoints } from "./blueprints/routes.ts";
import { blueprintVersionEndpoints } from "./blueprints/versions/routes.ts";
import type { Caller } from "./caller.ts";
import { credentialEndpoints } from "./databases/credentials/routes.ts";
import { historyEndpoints } from "./databases/history/routes.ts";
import { databaseEndpoints } from "./databases/routes.ts";
import type { DatabaseDeps } from "./databases/service.ts";
import { fault } from "./dialect.ts";
import { basePath, polykomosDocument } from "./document.ts";
import { keyEndpoints } from "./keys/routes.ts";
import type { KeyDeps } from "./keys/service.ts";
import { limitEndpoints } from "./limits/routes.ts";
import { meEndpoints } from "./me/routes.ts";
import { operationEndpoints } from "./operations/routes.ts";
import { type PipelineDeps, runEndpoint } from "./pipeline.ts";
import { queryEndpoints } from "./queries/routes.ts";
import type { QueryDeps } from "./queries/service.ts";
import { errorResponse, refusalOf, wrongMethod } from "./responses.ts";
import { teamEndpoints } from "./teams/routes.ts";
import type { TeamDeps } from "./teams/service.ts";
import { webhookDetailsEndpoints } from "./webhooks/details/routes.ts";
import { webhookEndpoints } from "./webhooks/routes.ts";
import type { WebhookDeps } from "./webhooks/service.ts";

/** Polykomos's public API below `/api/v1`, and the serving of its OpenAPI document. */
export type PolykomosDeps = PipelineDeps &
  DatabaseDeps &
  WebhookDeps &
  ApplicationDeps &
  QueryDeps &
  KeyDeps &
  TeamDeps;

/** Every endpoint of the API: the one list that routes, document and tests are made of. */
export function polykomosEndpoints(deps: PolykomosDeps): Endpoint<Caller>[] {
  return [
    ...meEndpoints(),
    ...databaseEndpoints(deps),
    ...credentialEndpoints(deps),
    ...historyEndpoints(deps),
    ...operationEndpoints(deps),
    ...webhookEndpoints(deps),
    ...webhookDetailsEndpoints(deps),
    ...blueprintEndpoints(deps),
    ...blueprintVersionEndpoints(deps),
    ...applicationEndpoints(deps),
    ...queryEndpoints(deps),
    ...keyEndpoints(deps),
    ...teamEndpoints(deps),
    ...auditEndpoints(deps),
    ...limitEndpoints(deps.plans),
  ];
}

/** Registers the API on an app. */
export function mountPolykomos(app: Hono, deps: PolykomosDeps): void {
  const endpoints = polykomosEndpoints(deps);

  async function run(endpoint: Endpoint<Caller>, context: Context): Promise<Response> {
    const requestId = newRequestId();
    try {
      return await runEndpoint(deps, endpoint, context, requestId);
    } catch (error) {
      const answer = deps.unexpected(error, context.req.path, requestId);
      return errorResponse(answer, requestId, context.req.header("accept") ?? null);
    }
  }

  mount(app, basePath, endpoints, run, wrongMethod);

  let document: string | null = null;
  app.get("/api/openapi-v1.json", (context) => {
    document ??= JSON.stringify(polykomosDocument(endpoints.map((each) => each.declaration)));
    return context.body(document, 200, {
      "content-type": "application/json",
      "cache-control": "public, max-age=300",
    });
  });

  app.all("/api/*", (context) =>
    refusalOf(
      context,
      fault("not_found", "There is nothing at this path; see /api/openapi-v1.json"),
    ),
  );
}
