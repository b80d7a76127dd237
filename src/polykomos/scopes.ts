/** What a key may be allowed to do. */
export const scopes = [
  "databases:read",
  "databases:write",
  "blueprints:read",
  "blueprints:write",
  "webhooks:read",
  "webhooks:write",
  "queries:read",
  "queries:write",
  "keys:write",
] as const;

export type Scope = (typeof scopes)[number];
