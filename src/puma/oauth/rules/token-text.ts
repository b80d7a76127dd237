/**
 * Tokens on the wire. The package writes `<account>:<grant>:<secret>`, but a bearer token has no colons
 * (RFC 6750, b64token), so clients are given dots, which none of the three parts has.
 */
const inside = /^([0-9a-z]+):([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,128})$/;
const outside = /^([0-9a-z]+)\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,128})$/;

/** A token for a client. */
export function tokenOutside(token: string): string {
  return token.replace(inside, "$1.$2.$3");
}

export type TokenInside = { text: string; accountId: string; grantId: string };

/** A client's token as the package knows it; `null` when it has not the shape of one. */
export function tokenInside(token: string): TokenInside | null {
  const [, accountId, grantId, secret] = outside.exec(token) ?? [];
  if (!accountId || !grantId || !secret) return null;
  return { text: `${accountId}:${grantId}:${secret}`, accountId, grantId };
}
