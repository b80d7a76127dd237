import { readJsonBody } from "../../http/json-body.ts";
import type { PumaDeps } from "../deps.ts";
import { batchBytesMax } from "../endpoint.ts";
import { insufficientScope, unauthorized } from "./authorize.ts";
import { callTool } from "./call-tool.ts";
import { type Authorize, type McpCaller, mcpScope } from "./caller.ts";
import type { Exchange, PackageHandler } from "./exchange.ts";
import { hotAnswer } from "./hot-answer.ts";
import { rpcCodes, rpcError } from "./json-rpc.ts";
import { hotCallIn } from "./rules/hot-call.ts";
import { isOwnOrigin } from "./rules/origin.ts";
import { findTool } from "./tools/all-tools.ts";

/**
 * `/mcp`: Streamable HTTP without sessions, for both revisions. Origin, method, credential, body; then
 * a plain call of a tool is answered here, and everything else by the package.
 */
export type McpEndpoint = (
  deps: PumaDeps,
  request: Request,
  authorize: Authorize,
) => Promise<Response>;

/**
 * Makes an endpoint. `loadHandler` is called once, by the first request for the package; without
 * `answersHotCalls` that serves every call.
 */
export function mcpEndpoint({
  answersHotCalls,
  loadHandler,
}: {
  answersHotCalls: boolean;
  loadHandler(): Promise<PackageHandler>;
}): McpEndpoint {
  let handler: Promise<PackageHandler> | undefined;
  return async (deps, request, authorize) => {
    const refusal = refusalOf(deps, request);
    if (refusal) return refusal;
    const caller = await authorize(request);
    if (caller instanceof Response) return caller;
    if (!caller.scopes.includes(mcpScope)) return insufficientScope(deps, request);
    const body = await readBody(request);
    if (body instanceof Response) {
      return (await isProven(deps, caller)) ? body : unknownCredential(deps, request);
    }
    const exchange = { deps, caller, url: request.url, body };
    const hot = answersHotCalls ? await answerHotCall(request, exchange) : null;
    if (hot) return hot;
    if (!(await isProven(deps, caller))) return unknownCredential(deps, request);
    handler ??= loadHandler();
    const response = await (await handler)(request, exchange);
    response.headers.set("x-content-type-options", "nosniff");
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    return response;
  };
}

/** A browser's page of another origin, or a method that there is not. */
function refusalOf(deps: PumaDeps, request: Request): Response | null {
  const origin = request.headers.get("origin");
  if (origin !== null && !isOwnOrigin(origin, deps.settings.PUBLIC_URL, request.url)) {
    return rpcError(403, rpcCodes.refused, "This origin may not call here");
  }
  if (request.method === "POST") return null;
  return rpcError(405, rpcCodes.refused, "Method not allowed: send POST", { allow: "POST" });
}

async function readBody(request: Request): Promise<Exchange["body"] | Response> {
  const read = await readJsonBody(request, batchBytesMax);
  if (read.ok) return { value: read.value, text: read.text, bytes: Buffer.byteLength(read.text) };
  switch (read.problem.kind) {
    case "too_large": {
      const message = `The body is larger than ${read.problem.maxBytes} bytes`;
      return rpcError(413, rpcCodes.refused, message);
    }
    case "wrong_type":
      return rpcError(415, rpcCodes.refused, "The body must be sent as application/json");
    case "unreadable": {
      const message = `Parse error: the body is not readable JSON: ${read.problem.reason}`;
      return rpcError(400, rpcCodes.parseError, message);
    }
  }
}

async function answerHotCall(request: Request, exchange: Exchange): Promise<Response | null> {
  const { deps, caller, url, body } = exchange;
  const call = hotCallIn(body.value, request.headers);
  const tool = call && findTool(call.name);
  if (!call || !tool) return null;
  const answer = await callTool(deps, { tool, arguments: call.arguments, body, caller, url });
  if (answer.kind === "unauthorized") return unknownCredential(deps, request);
  return hotAnswer(call, answer);
}

/** A grant was proven with its token; of a key only the shape is known before its object is asked. */
async function isProven(deps: PumaDeps, caller: McpCaller): Promise<boolean> {
  if (caller.via === "oauth") return true;
  return await deps.account(caller.accountId).isKeyInForce(caller.keyHash);
}

function unknownCredential(deps: PumaDeps, request: Request): Response {
  return unauthorized(deps, request, "The key or token is unknown or revoked");
}
