import { Client as NewClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { bytesOf } from "./puma-client.ts";

/** The official clients, each as a program would use it, behind what the tests need of both. */
export type McpTestClient = {
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read lists of both clients' types, and check them
  listTools(): Promise<any[]>;
  instructions(): string | undefined;
  close(): Promise<void>;
};

export type ToolResult = {
  isError: boolean;
  /** The one text block. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read results of many shapes, and check them
  structured: any;
};

function resultOf({ content, structuredContent, isError }: Record<string, unknown>): ToolResult {
  const [block, more] = content as { type: string; text: string }[];
  if (block?.type !== "text" || more) throw new Error(`Not one text: ${JSON.stringify(content)}`);
  return { isError: isError === true, text: block.text, structured: structuredContent };
}

const info = { name: "test", version: "1.0.0" };

function headersOf(key: string): { requestInit: RequestInit } {
  return { requestInit: { headers: { authorization: `Bearer ${key}` } } };
}

/** The client of protocol 2026-07-28, or that client speaking 2025-11-25. */
async function newClient(
  url: string,
  key: string,
  versionNegotiation?: { mode: { pin: string } },
): Promise<McpTestClient> {
  const client = new NewClient(info, versionNegotiation ? { versionNegotiation } : {});
  const endpoint = new URL("/mcp", url);
  await client.connect(new StreamableHTTPClientTransport(endpoint, headersOf(key)));
  return {
    call: async (name, args = {}) => resultOf(await client.callTool({ name, arguments: args })),
    listTools: async () => (await client.listTools()).tools,
    instructions: () => client.getInstructions(),
    close: () => client.close(),
  };
}

/** The client of the first SDK, which validates results against the tools' output schemas. */
async function oldClient(url: string, key: string): Promise<McpTestClient> {
  const client = new OldClient(info);
  const transport = new OldTransport(new URL("/mcp", url), headersOf(key));
  // Its types were made without exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    call: async (name, args = {}) => resultOf(await client.callTool({ name, arguments: args })),
    listTools: async () => (await client.listTools()).tools,
    instructions: () => client.getInstructions(),
    close: () => client.close(),
  };
}

export const clients: Record<string, (url: string, key: string) => Promise<McpTestClient>> = {
  "client 2.4 at 2026-07-28": (url, key) => newClient(url, key, { mode: { pin: "2026-07-28" } }),
  "client 2.4 at 2025-11-25": (url, key) => newClient(url, key),
  "SDK 1.32 at 2025-11-25": oldClient,
};

/** Sends one JSON-RPC message; a string and bytes as they are. */
export async function sendRpc(
  url: string,
  key: string | null,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; text: string; message: RpcMessage }> {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: bytesOf(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, message: messageIn(text) };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read messages of many shapes, and check them
export type RpcMessage = any;

/** The message of a JSON answer, or of the last event of a stream. */
function messageIn(text: string): RpcMessage {
  const event = text.match(/^data: (.+)$/gm)?.at(-1);
  const json = event ? event.slice("data: ".length) : text;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

const version = "io.modelcontextprotocol/protocolVersion";
const capabilities = "io.modelcontextprotocol/clientCapabilities";

export const modernMeta = { [version]: "2026-07-28", [capabilities]: {} };

/** A message of 2026-07-28 with the headers that belong to it. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = modernMeta,
): { body: Record<string, unknown>; headers: Record<string, string> } {
  const name = params.name ?? params.uri;
  return {
    body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } },
    headers: {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
    },
  };
}
