/**
 * The control plane's tables. What each is for, who writes it and how long it lives: docs/storage.md.
 * drizzle-kit reads them from here.
 */
export * from "./audit.ts";
export * from "./blueprints.ts";
export * from "./databases.ts";
export * from "./keys.ts";
export * from "./operations.ts";
export * from "./people.ts";
export * from "./pool.ts";
export * from "./queries.ts";
export * from "./servers.ts";
export * from "./webhooks.ts";
