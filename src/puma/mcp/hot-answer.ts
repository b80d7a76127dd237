import { rateHeaders } from "../access.ts";
import { jsonHeaders } from "../dialect.ts";
import type { ToolAnswer } from "./call-tool.ts";
import { serverInfo } from "./instructions.ts";
import type { HotCall } from "./rules/hot-call.ts";

/** The answer to a hot call, in the words of the package: finished JSON is put in its places. */
const modernEnd = `,"resultType":"complete","_meta":${JSON.stringify({
  "io.modelcontextprotocol/serverInfo": serverInfo,
})}`;

export function hotAnswer(
  { id, revision }: HotCall,
  { text, isError, rate }: Extract<ToolAnswer, { kind: "answered" }>,
): Response {
  const content = `[{"type":"text","text":${JSON.stringify(text)}}]`;
  const rest = isError ? `,"isError":true` : `,"structuredContent":${text}`;
  const end = revision === "2025" ? "" : modernEnd;
  const result = `{"content":${content}${rest}${end}}`;
  return new Response(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`, {
    headers: { ...jsonHeaders, ...(rate ? rateHeaders(rate) : {}) },
  });
}
