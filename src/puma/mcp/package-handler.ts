import {
  type AuthInfo,
  createMcpHandler,
  type McpHttpHandler,
  type McpServer,
  type Server,
} from "@modelcontextprotocol/server";
import type { Exchange, PackageHandler } from "./exchange.ts";

/** Makes the server of one request. */
export type ServerFor = (exchange: Exchange) => Server | McpServer;

/** Joins the package's handler of both revisions to servers of ours. */
export function packageHandler(serverFor: ServerFor): PackageHandler {
  const handler: McpHttpHandler = createMcpHandler(({ authInfo }) => {
    const exchange = authInfo?.extra?.exchange;
    if (!exchange) throw new Error("A request came past the endpoint");
    // The one place that fills it is below.
    return serverFor(exchange as Exchange);
  });
  return (request, exchange) => {
    const { scopes, clientName = "" } = exchange.caller;
    // The token itself is nobody's business past this point.
    const authInfo: AuthInfo = {
      token: "",
      clientId: clientName,
      scopes: [...scopes],
      extra: { exchange },
    };
    return handler.fetch(request, { authInfo, parsedBody: exchange.body.value });
  };
}
