import { jsonHeaders } from "../dialect.ts";

/** What is said outside of a tool's result: JSON-RPC 2.0 errors with the status of their kind. */
export const rpcCodes = {
  parseError: -32700,
  /** Of the transport: Origin, method, content type, size. */
  refused: -32000,
} as const;

/** The answer to a request whose message was not looked at, so it names none. */
export function rpcError(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { jsonrpc: "2.0", error: { code, message }, id: null },
    { status, headers: { ...jsonHeaders, ...headers } },
  );
}
