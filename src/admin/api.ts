import type { Context, Hono } from "hono";
import { bearerToken } from "../http/bearer.ts";
import { type Endpoint, mount } from "../http/mount.ts";
import type { Fault } from "../lib/fault.ts";
import { newRequestId } from "../lib/ids.ts";
import { equalSecrets } from "../lib/secrets.ts";
import { type Code, fault, isPolykomosFault } from "../polykomos/dialect.ts";
import { readInput } from "../polykomos/read-input.ts";
import { errorResponse, jsonResponse, refusalOf, wrongMethod } from "../polykomos/responses.ts";
import { type AdminApiDeps, adminEndpoints, type Operator } from "./routes.ts";

/** The operator's API below `/admin/v1`: Polykomos's envelope and errors, one fixed token. */
export type AdminMountDeps = AdminApiDeps & {
  adminToken: string;
  unexpected(error: unknown, path: string, requestId: string): Fault<Code>;
};

export const adminBasePath = "/admin/v1";

function checkToken(context: Context, adminToken: string): void {
  const token = bearerToken(context.req.header("authorization") ?? null);
  const realm = 'Bearer realm="polykomos-admin"';
  if (token === null) {
    const message = "Send the header Authorization: Bearer <operator's token>";
    throw fault("missing_authorization", message, undefined, { "www-authenticate": realm });
  }
  if (!equalSecrets(token, adminToken)) {
    throw fault("invalid_api_key", "This is not the operator's token", undefined, {
      "www-authenticate": `${realm}, error="invalid_token"`,
    });
  }
}

/** Registers the operator's API on an app. */
export function mountAdmin(app: Hono, deps: AdminMountDeps): void {
  async function run(endpoint: Endpoint<Operator>, context: Context): Promise<Response> {
    const requestId = newRequestId();
    try {
      checkToken(context, deps.adminToken);
      const input = await readInput(endpoint.declaration, context);
      const reply = await endpoint.handle(input, { requestId }, undefined);
      return jsonResponse(reply.status, reply.body, requestId, reply.headers);
    } catch (error) {
      const answer = isPolykomosFault(error)
        ? error
        : deps.unexpected(error, context.req.path, requestId);
      return errorResponse(answer, requestId, context.req.header("accept") ?? null);
    }
  }

  mount(app, adminBasePath, adminEndpoints(deps), run, wrongMethod);
  app.all(`${adminBasePath}/*`, (context) =>
    refusalOf(context, fault("not_found", "There is nothing at this path")),
  );
}
