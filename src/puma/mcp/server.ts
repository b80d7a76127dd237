import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { hourMs } from "../../lib/clock.ts";
import { callTool } from "./call-tool.ts";
import type { Exchange } from "./exchange.ts";
import { instructions, serverInfo } from "./instructions.ts";
import { allTools, findTool } from "./tools/all-tools.ts";

/**
 * pumaDB's server as the package sees it. One is made for each request that is no hot call, of parts
 * that are made once: the list of the tools with their schemas above all.
 */
const listed = { tools: allTools.map((tool) => tool.list()) };
/** The list is the same for everybody, and changes with a release alone. */
const cacheHints = {
  "tools/list": { ttlMs: hourMs, cacheScope: "public" },
  "server/discover": { ttlMs: hourMs, cacheScope: "public" },
} as const;

/** The tools, and nothing else. */
export function pumaServer({ deps, caller, url, body }: Exchange): Server {
  const server = new Server(serverInfo, { capabilities: { tools: {} }, instructions, cacheHints });
  server.setRequestHandler("tools/list", () => listed);
  server.setRequestHandler("tools/call", async ({ params }) => {
    const tool = findTool(params.name);
    if (!tool) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${params.name} not found`);
    }
    const given = argumentsIn(body.value) ?? params.arguments;
    const answer = await callTool(deps, { tool, arguments: given, body, caller, url });
    if (answer.kind === "unauthorized") {
      throw new ProtocolError(ProtocolErrorCode.InvalidRequest, "The key or token was revoked");
    }
    const content = [{ type: "text" as const, text: answer.text }];
    if (answer.isError) return { content, isError: true };
    return { content, structuredContent: JSON.parse(answer.text) };
  });
  return server;
}

/** The arguments as they were sent: schemas that copy objects lose fields named like `__proto__`. */
function argumentsIn(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("params" in body)) return undefined;
  const { params } = body;
  if (typeof params !== "object" || params === null || !("arguments" in params)) return undefined;
  return params.arguments;
}
