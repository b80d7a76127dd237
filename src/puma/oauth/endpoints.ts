import { readBody } from "../../http/read-body.ts";
import type { PumaDeps } from "../deps.ts";
import { mcpScope } from "../mcp/caller.ts";
import { ClientDocumentProblem } from "./client-documents.ts";
import { StaleRecord } from "./records.ts";
import { tokenInside, tokenOutside } from "./rules/token-text.ts";
import {
  admitClient,
  oauthPaths,
  type RequestServer,
  TooManyClients,
  UnsafeAddress,
} from "./server.ts";

/**
 * What programs call: metadata, registration, and the token endpoint, which also revokes. Any origin may
 * call them from a browser: they take no cookies, so a page can use only what it already holds.
 */
const bodyBytesMax = 16 * 1024;
const metadataSeconds = 300;
const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "*",
  "access-control-allow-headers": "authorization, *",
  "access-control-max-age": "86400",
};
/** What a page may read of an answer besides its body. */
const exposedHeaders = { "access-control-expose-headers": "WWW-Authenticate, Retry-After" };

/** RFC 8414. */
export async function serverMetadata(server: RequestServer, request: Request): Promise<Response> {
  const { method } = request;
  const answer = await server.answer("/.well-known/oauth-authorization-server", { method: "GET" });
  const metadata = {
    ...(await answer.json<Record<string, unknown>>()),
    client_id_metadata_document_supported: true,
    service_documentation: `${server.base}/install`,
  };
  return metadataAnswer(method, metadata);
}

/** RFC 9728, at the root and at the path of the resource. */
export function resourceMetadata(server: RequestServer, request: Request): Response {
  return metadataAnswer(request.method, {
    resource: server.resource,
    authorization_servers: [server.base],
    scopes_supported: [mcpScope],
    bearer_methods_supported: ["header"],
    resource_name: "pumaDB",
    resource_documentation: `${server.base}/install`,
  });
}

function metadataAnswer(method: string, metadata: object): Response {
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
  if (method !== "GET" && method !== "HEAD") {
    return new Response(null, { status: 405, headers: { ...cors, allow: "GET, HEAD, OPTIONS" } });
  }
  const headers = { ...cors, "cache-control": `public, max-age=${metadataSeconds}` };
  return Response.json(metadata, { headers });
}

/** RFC 7591. */
export async function register(
  deps: PumaDeps,
  server: RequestServer,
  request: Request,
): Promise<Response> {
  if (request.method === "POST") await admitClient(deps, "registration", request);
  return await passOn(server, oauthPaths.register, request, await bodyOf(request));
}

/**
 * The token endpoint (RFC 6749) and revocation (RFC 7009). A request that met another one on the same
 * grant runs again, on what that one left: a code or refresh token is never good for two.
 */
export async function token(server: () => RequestServer, request: Request): Promise<Response> {
  const text = await bodyOf(request);
  const body = text === null ? null : withTokensInside(text);
  const attempt = () => passOn(server(), oauthPaths.token, request, body);
  return await withTokensOutside(await orAgain(attempt));
}

async function orAgain(attempt: () => Promise<Response>): Promise<Response> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof StaleRecord)) throw error;
    return await attempt();
  }
}

async function passOn(
  server: RequestServer,
  path: string,
  request: Request,
  body: string | null,
): Promise<Response> {
  const { method } = request;
  const headers = new Headers();
  for (const name of ["content-type", "authorization", "origin"]) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return await server.answer(path, body === null ? { method, headers } : { method, headers, body });
}

class BodyTooLarge extends Error {}

class BodyBrokenOff extends Error {}

async function bodyOf(request: Request): Promise<string | null> {
  if (request.method !== "POST") return null;
  const body = await readBody(request, bodyBytesMax);
  if (body.ok) return new TextDecoder().decode(body.bytes);
  if (body.problem === "too_large") throw new BodyTooLarge("The body is too large");
  throw new BodyBrokenOff(`The body is not whole: ${body.reason}`);
}

function withTokensInside(body: string): string {
  const form = new URLSearchParams(body);
  for (const name of ["refresh_token", "token"]) {
    const inside = form.getAll(name).map((each) => tokenInside(each)?.text ?? "none");
    form.delete(name);
    for (const each of inside) form.append(name, each);
  }
  return form.toString();
}

async function withTokensOutside(answer: Response): Promise<Response> {
  if (answer.status !== 200 || !answer.headers.get("content-type")?.includes("json")) return answer;
  const body = await answer.json<Record<string, unknown>>();
  for (const name of ["access_token", "refresh_token"]) {
    const value = body[name];
    if (typeof value === "string") body[name] = tokenOutside(value);
  }
  return new Response(JSON.stringify(body), answer);
}

/** The answer to a request of a program that threw; `null` for what was our doing. */
export function failedAnswer(error: unknown): Response | null {
  if (error instanceof ClientDocumentProblem) {
    return failure(401, "invalid_client", error.message);
  }
  if (error instanceof TooManyClients) {
    const after = { "retry-after": String(error.retryAfterSeconds) };
    return failure(429, "temporarily_unavailable", error.message, after);
  }
  if (error instanceof StaleRecord) {
    const after = { "retry-after": "1" };
    return failure(503, "temporarily_unavailable", "Others use this grant now", after);
  }
  if (error instanceof UnsafeAddress || error instanceof BodyBrokenOff) {
    return failure(400, "invalid_request", error.message);
  }
  if (error instanceof BodyTooLarge) return failure(413, "invalid_request", error.message);
  return null;
}

function failure(
  status: number,
  code: string,
  description: string,
  more: Record<string, string> = {},
): Response {
  const body = { error: code, error_description: description };
  const headers = { ...cors, ...exposedHeaders, "cache-control": "no-store", ...more };
  return Response.json(body, { status, headers });
}
