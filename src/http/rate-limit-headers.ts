/** One policy of a caller's limits, as the fields of draft-ietf-httpapi-ratelimit-headers-10. */
export type RatePolicy = {
  name: string;
  limit: number;
  windowSeconds: number;
  remaining: number;
  resetSeconds: number;
};

/**
 * `RateLimit-Policy` and `RateLimit` (RFC 9651 lists) for all policies, and the older
 * `X-RateLimit-*` trio for the first. `X-RateLimit-Reset` is in seconds from now.
 */
export function rateLimitHeaders(policies: readonly RatePolicy[]): Record<string, string> {
  const [first] = policies;
  if (!first) return {};
  return {
    "ratelimit-policy": policies
      .map((p) => `"${p.name}";q=${p.limit};w=${p.windowSeconds}`)
      .join(", "),
    ratelimit: policies.map((p) => `"${p.name}";r=${p.remaining};t=${p.resetSeconds}`).join(", "),
    "x-ratelimit-limit": String(first.limit),
    "x-ratelimit-remaining": String(first.remaining),
    "x-ratelimit-reset": String(first.resetSeconds),
  };
}
