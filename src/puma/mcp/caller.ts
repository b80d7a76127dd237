/**
 * Who calls `/mcp`. What proves the caller is different for a key, which the account's object knows, and
 * for an OAuth grant, which the authorization server has already proven.
 */
export type McpCaller = {
  accountId: string;
  /** Scopes of the credential; `mcpScope` is needed for everything. A key has it. */
  scopes: readonly string[];
  /** How the client calls itself, where it is known. */
  clientName?: string;
} & McpCredential;

type McpCredential =
  /** SHA-256 of the presented key, in hexadecimal. Only its shape and account id were checked. */
  | { via: "key"; keyHash: string }
  /** The grant whose access token was checked: its rate windows and links are its own. */
  | { via: "oauth"; grantId: string };

/** The one scope of pumaDB. */
export const mcpScope = "pumadb";

/** Tells who calls, or answers the request itself: 401 with a challenge. */
export type Authorize = (request: Request) => Promise<McpCaller | Response>;

/**
 * Checks an OAuth access token, which is whatever bearer token is no `puma_live_…` key. `null` for one
 * that is unknown, expired, revoked or for another audience.
 */
export type VerifyAccessToken = (token: string, request: Request) => Promise<McpCaller | null>;
