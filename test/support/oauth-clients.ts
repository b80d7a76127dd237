import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OAuthClientProvider as NewProvider } from "@modelcontextprotocol/client";
import { Client as NewClient, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { OAuthClientProvider as OldProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { root } from "./build.ts";
import type { Check } from "./conformance.ts";

/** The official clients with their own OAuth flow, as a program that keeps its state in memory. */
export type Kept = {
  // biome-ignore lint/suspicious/noExplicitAny: the two clients have types of their own for the same JSON
  client?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  tokens?: any;
  verifier?: string;
  discovered?: unknown;
  /** Where the person is to go. */
  asked?: URL;
};

/** What both clients ask of a program; the types of either are narrower in places. */
function providerOf(
  kept: Kept,
  redirectUrl: string,
  metadataUrl?: string,
): NewProvider & OldProvider {
  const provider = {
    redirectUrl,
    ...(metadataUrl ? { clientMetadataUrl: metadataUrl } : {}),
    clientMetadata: {
      client_name: "Official client",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    state: () => "a-state-of-the-client",
    clientInformation: () => kept.client,
    saveClientInformation(client: unknown) {
      kept.client = client;
    },
    tokens: () => kept.tokens,
    saveTokens(tokens: unknown) {
      kept.tokens = tokens;
    },
    redirectToAuthorization(url: URL) {
      kept.asked = url;
    },
    saveCodeVerifier(verifier: string) {
      kept.verifier = verifier;
    },
    codeVerifier: () => kept.verifier ?? "",
    saveDiscoveryState(state: unknown) {
      kept.discovered = state;
    },
    discoveryState: () => kept.discovered,
  };
  return provider as unknown as NewProvider & OldProvider;
}

const info = { name: "official", version: "1.0.0" };
export const redirectUrl = "http://localhost:8909/callback";

/** A client that wants to call a tool; `authorize` is the person's part, and answers where that led. */
export type OfficialClient = (
  url: string,
  kept: Kept,
  authorize: (asked: URL) => Promise<URL>,
  metadataUrl?: string,
) => Promise<{ call(name: string, args?: object): Promise<unknown>; close(): Promise<void> }>;

const newClient: OfficialClient = async (url, kept, authorize, metadataUrl) => {
  const authProvider = providerOf(kept, redirectUrl, metadataUrl);
  const open = () => new StreamableHTTPClientTransport(new URL("/mcp", url), { authProvider });
  const first = open();
  let client = new NewClient(info, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  try {
    await client.connect(first);
  } catch (error) {
    if (!kept.asked) throw error;
    const back = await authorize(kept.asked);
    await first.finishAuth(back.searchParams);
    client = new NewClient(info, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(open());
  }
  return {
    call: (name, args = {}) => client.callTool({ name, arguments: { ...args } }),
    close: () => client.close(),
  };
};

const oldClient: OfficialClient = async (url, kept, authorize, metadataUrl) => {
  const authProvider = providerOf(kept, redirectUrl, metadataUrl);
  const open = () => new OldTransport(new URL("/mcp", url), { authProvider });
  const first = open();
  let client = new OldClient(info);
  // Its types were made without exactOptionalPropertyTypes.
  const connect = (transport: OldTransport) =>
    client.connect(transport as Parameters<typeof client.connect>[0]);
  try {
    await connect(first);
  } catch (error) {
    if (!kept.asked) throw error;
    const back = await authorize(kept.asked);
    await first.finishAuth(back.searchParams.get("code") ?? "");
    client = new OldClient(info);
    await connect(open());
  }
  return {
    call: (name, args = {}) => client.callTool({ name, arguments: { ...args } }),
    close: () => client.close(),
  };
};

export const officialClients: Record<string, OfficialClient> = {
  "client 2.4": newClient,
  "SDK 1.32": oldClient,
};

const conformance = join(root, "node_modules/@modelcontextprotocol/conformance/dist/index.js");

/**
 * Runs the official scenarios for authorization servers. `visit` is given the address that a person is to
 * open in a browser, and follows it to the suite's own callback.
 */
export async function runAuthorizationScenarios(
  words: readonly string[],
  visit: (url: string) => Promise<void>,
): Promise<Map<string, Check[]>> {
  const folder = mkdtempSync(join(tmpdir(), "puma-authorization-"));
  try {
    const child = spawn(
      process.execPath,
      [conformance, "authorization", ...words, "--output-dir", folder],
      { env: { ...process.env, NO_COLOR: "1" } },
    );
    let printed = "";
    let visited: Promise<void> | undefined;
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      const [url] = /http\S+\/oauth\/authorize\?\S+(?=\s)/.exec(printed) ?? [];
      if (url) visited ??= visit(url);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    await new Promise<void>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => resolve());
    });
    await visited;
    const results = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const files = results.filter((name) => name.endsWith("checks.json"));
    if (files.length === 0) throw new Error(`No results: ${printed.slice(-3_000)}`);
    return new Map(
      files.map((name) => [name, JSON.parse(readFileSync(join(folder, name), "utf8"))]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
