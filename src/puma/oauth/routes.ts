import type { PumaDeps } from "../deps.ts";
import { pathnameOf } from "../dispatch.ts";
import type { VerifyAccessToken } from "../mcp/caller.ts";
import * as authorize from "./authorize.ts";
import { ClientDocumentProblem } from "./client-documents.ts";
import { changeClients, clientsPath, showClients } from "./clients.ts";
import * as endpoints from "./endpoints.ts";
import { refusedPage, tooManyPage } from "./pages.ts";
import { createServers, oauthPaths, TooManyClients, UnsafeAddress } from "./server.ts";
import { openSignInLink, useSignInLink } from "./sign-in.ts";
import { verifyToken } from "./verify.ts";

/**
 * OAuth for `/mcp`. This module and the package behind it are loaded by the first request that needs
 * them; no other request pays for them.
 */
export type Oauth = {
  /** Answers a request of the paths below; `null` for another path. */
  serve(request: Request): Promise<Response | null>;
  verifyAccessToken: VerifyAccessToken;
};

const serverMetadataPath = "/.well-known/oauth-authorization-server";
const resourceMetadataPath = "/.well-known/oauth-protected-resource";

export function createOauth(deps: PumaDeps): Oauth {
  const serverOf = createServers(deps);

  async function answered<Answer extends Response | null>(
    answer: () => Promise<Answer> | Answer,
  ): Promise<Answer | Response> {
    try {
      return await answer();
    } catch (error) {
      const failed = endpoints.failedAnswer(error);
      if (failed) return failed;
      throw error;
    }
  }

  async function page(request: Request, pathname: string): Promise<Response | null> {
    try {
      return await forPeople(request, pathname);
    } catch (error) {
      if (error instanceof TooManyClients) return await tooManyPage(error.retryAfterSeconds);
      if (error instanceof ClientDocumentProblem) return await refusedPage(error.message, null);
      throw error;
    }
  }

  function forPeople(request: Request, pathname: string): Promise<Response> | Response | null {
    const server = serverOf(request);
    const isPost = request.method === "POST";
    if (!isPost && request.method !== "GET" && request.method !== "HEAD") {
      return wrongMethod("GET, HEAD, POST");
    }
    if (pathname === oauthPaths.authorize) {
      if (isPost) return wrongMethod("GET, HEAD");
      return authorize.beginAuthorization(deps, server, request);
    }
    if (pathname === clientsPath) {
      return (isPost ? changeClients : showClients)(deps, server, request);
    }
    const id = lastAfter(pathname, authorize.continuePath);
    if (id !== null) {
      return (isPost ? authorize.answerPending : authorize.showPending)(deps, server, request, id);
    }
    const [pending = "", token = "", ...more] =
      lastAfter(pathname, authorize.linkPath)?.split("/") ?? [];
    if (pending === "" || token === "" || more.length > 0) return null;
    return (isPost ? useSignInLink : openSignInLink)(deps, request, pending, token);
  }

  return {
    async serve(request) {
      const pathname = pathnameOf(request.url);
      switch (pathname) {
        case serverMetadataPath:
          return await answered(() => endpoints.serverMetadata(serverOf(request), request));
        case resourceMetadataPath:
        case `${resourceMetadataPath}/mcp`:
          return await answered(() => endpoints.resourceMetadata(serverOf(request), request));
        case oauthPaths.register:
          return await answered(() => endpoints.register(deps, serverOf(request), request));
        case oauthPaths.token:
          return await answered(() => endpoints.token(() => serverOf(request), request));
        default:
          return await answered(() => page(request, pathname));
      }
    },
    async verifyAccessToken(token, request) {
      try {
        return await verifyToken(deps, serverOf(request), token);
      } catch (error) {
        if (error instanceof UnsafeAddress) return null;
        throw error;
      }
    },
  };
}

function lastAfter(pathname: string, prefix: string): string | null {
  return pathname.startsWith(prefix) ? pathname.slice(prefix.length) : null;
}

function wrongMethod(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}
