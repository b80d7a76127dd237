import * as z from "zod";
import { redirectKind, redirectLengthMax, redirectsMax } from "./redirect.ts";

/**
 * Client id metadata documents (draft-ietf-oauth-client-id-metadata-document): a client's id is the
 * https URL of a JSON document that describes it. What it says is its own word; that it stands at its
 * URL is what makes the host the client's.
 */
export const documentBytesMax = 5 * 1024;

/** Whether a client id is the URL of a document. */
export function isDocumentUrl(clientId: string): boolean {
  return /^https:\/\//i.test(clientId);
}

/** Why the text cannot be a client id; `null` when it can. Addresses are judged elsewhere. */
export function documentUrlProblem(clientId: string): string | null {
  if (!URL.canParse(clientId)) return "is not a URL";
  const url = new URL(clientId);
  if (url.href !== clientId) return "is not written in its simplest form";
  if (url.hash !== "" || url.search !== "") return "must have neither query nor fragment";
  if (url.pathname === "/") return "must have a path";
  return null;
}

const webUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const documentSchema = z.object({
  client_id: z.string(),
  client_name: z.string().trim().min(1).max(200),
  client_uri: webUrl.optional(),
  redirect_uris: z.array(z.string().max(redirectLengthMax)).min(1).max(redirectsMax),
  grant_types: z.array(z.string()).optional(),
  response_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  client_secret: z.never().optional(),
  client_secret_expires_at: z.never().optional(),
});

/** A client as the authorization server keeps it. */
export type DocumentClient = {
  clientId: string;
  clientName: string;
  clientUri?: string;
  redirectUris: string[];
  grantTypes: string[];
  responseTypes: string[];
  tokenEndpointAuthMethod: "none";
};

export type ReadDocument = { ok: true; client: DocumentClient } | { ok: false; problem: string };

function problem(text: string): ReadDocument {
  return { ok: false, problem: text };
}

/** Reads the document that stands at `clientId`. Clients have no secret: PKCE protects the code. */
export function readClientDocument(clientId: string, text: string): ReadDocument {
  const parsed = documentSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return problem(`${issue?.path.join(".") || "the document"}: ${issue?.message ?? "is wrong"}`);
  }
  const document = parsed.data;
  if (document.client_id !== clientId) return problem("client_id is not the document's own URL");
  const methods = document.token_endpoint_auth_methods_supported ?? [
    document.token_endpoint_auth_method ?? "none",
  ];
  if (!methods.includes("none")) return problem("token_endpoint_auth_method must be none");
  const redirectUris = document.redirect_uris.filter((uri) => redirectKind(uri) !== null);
  if (redirectUris.length === 0) {
    return problem("redirect_uris has none with https or a loopback address");
  }
  if (document.response_types && !document.response_types.includes("code")) {
    return problem("response_types must include code");
  }
  return {
    ok: true,
    client: {
      clientId,
      clientName: document.client_name,
      ...(document.client_uri ? { clientUri: document.client_uri } : {}),
      redirectUris,
      grantTypes: ["authorization_code", "refresh_token"],
      responseTypes: ["code"],
      tokenEndpointAuthMethod: "none",
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
