import { OAuthAuthorizationServer, type OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import { clientIp } from "../../http/client-ip.ts";
import { dayMs, hourMs, secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import { mcpScope } from "../mcp/caller.ts";
import { publicOrigin } from "../origin.ts";
import { isLoopback } from "../rules/loopback.ts";
import { clientNetwork } from "../sign-in/rules/address.ts";
import { mailboxIdOf } from "../sign-in/rules/link-token.ts";
import { findDocumentClient } from "./client-documents.ts";
import { createRecords, type Records } from "./records.ts";
import { redirectKind, redirectsMax } from "./rules/redirect.ts";

/**
 * The authorization server: the package does the protocol (codes, PKCE, rotation, audiences), and works
 * on the records of this one request. One server is built for each address we are reached at.
 */
export const oauthPaths = {
  authorize: "/oauth/authorize",
  token: "/oauth/token",
  register: "/oauth/register",
} as const;

const accessTokenSeconds = hourMs / secondMs;
/** A grant ends when it was not refreshed for so long. */
const grantIdleSeconds = (30 * dayMs) / secondMs;
const registrationSeconds = (90 * dayMs) / secondMs;
const serversMax = 16;
const clientNameMax = 200;

type ServerEnv = { OAUTH_KV: KVNamespace };

/** What an access token says besides its scopes. */
type TokenProps = { clientName: string };

/** The server as one request uses it. */
export type RequestServer = {
  /** The public address, which is the issuer. */
  base: string;
  resource: string;
  helpers: OAuthHelpers;
  /** Lets the package answer at one of its own paths. */
  answer(path: string, init: RequestInit): Promise<Response>;
  /** Resolves null for a token that is not valid for the resource. */
  validate(token: string): Promise<{ props: TokenProps; scope: string[] } | null>;
};

/** A network registers, or has us look up, too many clients. */
export class TooManyClients extends Error {
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super("Too many clients from this network");
    this.name = "TooManyClients";
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

function resourceOf(base: string): string {
  return `${base}/mcp`;
}

/** We were reached over plain http from another machine: no place for tokens. */
export class UnsafeAddress extends Error {
  constructor() {
    super("OAuth needs https, or a loopback address");
    this.name = "UnsafeAddress";
  }
}

function isSafe(base: string): boolean {
  const { protocol, hostname } = new URL(base);
  return protocol === "https:" || isLoopback(hostname);
}

/** Gives each request its server. Throws UnsafeAddress. */
export function createServers(deps: PumaDeps): (request: Request) => RequestServer {
  const servers = new Map<string, OAuthAuthorizationServer<ServerEnv>>();

  function serverAt(base: string): OAuthAuthorizationServer<ServerEnv> {
    const known = servers.get(base);
    if (known) return known;
    if (servers.size >= serversMax) servers.clear();
    const fresh = buildServer(deps, base);
    servers.set(base, fresh);
    return fresh;
  }

  return (request) => {
    const base = publicOrigin(deps, request.url);
    if (!isSafe(base)) throw new UnsafeAddress();
    const server = serverAt(base);
    const records = createRecords(deps, (clientId) =>
      findDocumentClient(deps, clientId, new URL(base).hostname, () =>
        admitClient(deps, "document", request),
      ),
    );
    const env = { OAUTH_KV: namespaceOf(records) };
    const resource = resourceOf(base);
    return {
      base,
      resource,
      helpers: server.getOAuthApi(env),
      answer: (path, init) => server.fetch(new Request(base + path, init), env, noContext()),
      validate: (token) => server.validateToken(resource, token, env),
    };
  };
}

/** Counts what a network asks us to keep or fetch for a client. Throws TooManyClients. */
export async function admitClient(
  { settings, mailbox }: Pick<PumaDeps, "settings" | "mailbox">,
  what: "document" | "registration",
  request: Request,
): Promise<void> {
  const network = `${what}:${clientNetwork(clientIp(request))}`;
  const counter = mailbox(mailboxIdOf("client", network, settings.ID_CHECK_SECRET));
  const admission = await counter.admitClient(settings.OAUTH_CLIENTS_PER_CLIENT_PER_HOUR);
  if (!admission.admitted) throw new TooManyClients(admission.retryAfterSeconds);
}

function buildServer({ log }: PumaDeps, base: string): OAuthAuthorizationServer<ServerEnv> {
  return new OAuthAuthorizationServer<ServerEnv>({
    issuer: base,
    resources: [resourceOf(base)],
    authorizeEndpoint: oauthPaths.authorize,
    tokenEndpoint: oauthPaths.token,
    clientRegistrationEndpoint: oauthPaths.register,
    scopesSupported: [mcpScope],
    accessTokenTTL: accessTokenSeconds,
    refreshTokenTTL: grantIdleSeconds,
    refreshTokenIdleTTL: grantIdleSeconds,
    clientRegistrationTTL: registrationSeconds,
    // Which schemes are let through is decided by redirectKind, at registration and at each use.
    allowPrivateUseRedirectUris: true,
    clientRegistrationCallback: ({ clientMetadata }) => judgeRegistration(clientMetadata),
    onError({ code, status, internal }) {
      const { category, reason } = internal;
      log.info("oauth_refused", { code, status, category, reason });
    },
  });
}

function judgeRegistration(metadata: Record<string, unknown>) {
  const { redirect_uris: uris, client_name: name } = metadata;
  if (!Array.isArray(uris) || uris.length > redirectsMax) {
    return { code: "invalid_redirect_uri", description: `At most ${redirectsMax} redirect URIs` };
  }
  if (!uris.some((uri) => typeof uri === "string" && redirectKind(uri) !== null)) {
    const description = "No redirect URI has https, a loopback address or a known client's scheme";
    return { code: "invalid_redirect_uri", description };
  }
  if (typeof name === "string" && name.length > clientNameMax) {
    return { description: `client_name is longer than ${clientNameMax} characters` };
  }
  return undefined;
}

/** The cast holds because the package calls nothing of a namespace but the four methods of Records. */
function namespaceOf(records: Records): KVNamespace {
  return records as unknown as KVNamespace;
}

/** The cast holds because an authorization server without resources of its own uses no context. */
function noContext(): ExecutionContext {
  return {} as unknown as ExecutionContext;
}
