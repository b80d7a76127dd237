import { bearerToken } from "../../http/bearer.ts";
import type { PumaDeps } from "../deps.ts";
import { jsonHeaders } from "../dialect.ts";
import { looksLikeKey, readPresentedKey } from "../keys/api-key.ts";
import { publicOrigin } from "../origin.ts";
import { type Authorize, type McpCaller, mcpScope, type VerifyAccessToken } from "./caller.ts";

/** Where `/mcp` stands and where its metadata does (RFC 9728). */
export const mcpPath = "/mcp";
const resourceMetadataPath = `/.well-known/oauth-protected-resource${mcpPath}`;

/**
 * Tells who calls: a `puma_live_…` key by its shape and account id, whose secret is proven by the account's
 * object; any other token by `verifyAccessToken`.
 */
export function authorizer(deps: PumaDeps, verifyAccessToken: VerifyAccessToken): Authorize {
  return async (request) => {
    const header = request.headers.get("authorization");
    if (header === null) return unauthorized(deps, request, null);
    const token = bearerToken(header);
    const caller = token === null ? null : await callerOf(token, request);
    return caller ?? unauthorized(deps, request, "The access token is unknown, expired or revoked");
  };

  async function callerOf(token: string, request: Request): Promise<McpCaller | null> {
    if (!looksLikeKey(token)) return await verifyAccessToken(token, request);
    const key = await readPresentedKey(deps, token);
    return key && { via: "key", ...key, scopes: [mcpScope] };
  }
}

/** 401 with the way to a token. `problem` is what was wrong with the one that was sent. */
export function unauthorized(deps: PumaDeps, request: Request, problem: string | null): Response {
  const error = problem === null ? "" : `error="invalid_token", error_description="${problem}", `;
  return challenge(deps, request, 401, error, {
    code: "unauthorized",
    message: problem ?? "Send an access token or an API key as Authorization: Bearer …",
  });
}

/** 403 for a token without the scope. */
export function insufficientScope(deps: PumaDeps, request: Request): Response {
  const description = `The token needs the scope ${mcpScope}`;
  const error = `error="insufficient_scope", error_description="${description}", `;
  return challenge(deps, request, 403, error, {
    code: "insufficient_scope",
    message: description,
  });
}

function challenge(
  deps: PumaDeps,
  request: Request,
  status: 401 | 403,
  error: string,
  body: { code: string; message: string },
): Response {
  const metadata = publicOrigin(deps, request.url) + resourceMetadataPath;
  const value = `Bearer ${error}resource_metadata="${metadata}", scope="${mcpScope}"`;
  return Response.json(
    { error: body },
    { status, headers: { ...jsonHeaders, "www-authenticate": value } },
  );
}
