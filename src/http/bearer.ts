/**
 * The credential of an `Authorization: Bearer <token>` header (RFC 6750, token68 of RFC 9110), or
 * `null` when the header is missing or malformed. Two such headers arrive joined by a comma, which
 * token68 does not allow.
 */
export function bearerToken(header: string | null): string | null {
  const match = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header?.trim() ?? "");
  return match?.[1] ?? null;
}
