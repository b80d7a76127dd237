import type { PumaDeps } from "../deps.ts";
import type { McpCaller } from "../mcp/caller.ts";
import { tokenInside } from "./rules/token-text.ts";
import type { RequestServer } from "./server.ts";

/**
 * The caller of an access token; `null` for one that is made up, expired, revoked or meant for another
 * resource. The account's object, which runs the operation, looks once more whether the grant is in force.
 */
export async function verifyToken(
  { isAccountId }: Pick<PumaDeps, "isAccountId">,
  server: RequestServer,
  token: string,
): Promise<McpCaller | null> {
  const inside = tokenInside(token);
  if (!inside || !isAccountId(inside.accountId)) return null;
  const valid = await server.validate(inside.text);
  if (!valid) return null;
  const { accountId, grantId } = inside;
  const { clientName } = valid.props;
  return { via: "oauth", accountId, grantId, scopes: valid.scope, clientName };
}
