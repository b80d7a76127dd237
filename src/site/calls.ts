import type { OperationDeclaration } from "../http/declare.ts";

/**
 * One call of each operation, to start from: what the reference shows in six languages. Ids come from
 * the environment, so that a sample runs as it stands.
 */
export type Call = {
  method: string;
  /** Below the origin; `$NAME` stands for a variable of the environment. */
  path: string;
  body: Record<string, unknown> | null;
  hasIdempotencyKey: boolean;
};

/** By operationId. */
const bodies: Record<string, Record<string, unknown>> = {
  createDatabase: { name: "my-app", db_type: "postgres" },
  updateDatabase: { name: "my-renamed-app" },
  rotateDatabaseCredentials: { overlap_seconds: 300 },
  updateDatabaseQuotas: { warning_threshold_pct: 80, connection_hard_limit: 5 },
  createWebhookEndpoint: {
    url: "https://example.com/hooks",
    events: ["database.provisioned", "database.deleted"],
  },
  createBlueprint: {
    name: "Guest book",
    sql_content: "CREATE TABLE IF NOT EXISTS guests (id int PRIMARY KEY, name varchar(100));",
  },
  updateBlueprint: { name: "Visitors" },
  createBlueprintValidation: { sql_content: "CREATE TABLE guests (id int PRIMARY KEY)" },
  createDatabaseBlueprintApplication: { blueprint_uuid: "$BLUEPRINT_UUID", variables: {} },
  createKey: { name: "nightly job", permissions: ["databases:read"] },
  createTeam: { name: "Data platform" },
  renameTeam: { name: "Platform" },
  changeMemberRole: { role: "member" },
  createInvitation: { email: "colleague@example.com", role: "member" },
  createQueryExecution: { database_uuid: "$DATABASE_UUID", query: "How many guests are there?" },
};

/** Asks for the answer when the work is done, where that can be asked. */
const queries: Record<string, string> = { createDatabase: "?wait=true" };

/** The name of a path's parameter in the environment: `{uuid}` of databases is `$DATABASE_UUID`. */
function variableOf(path: string, parameter: string, at: number): string {
  const segments = path.slice(0, at).split("/").filter(Boolean);
  const resource = (segments.at(-1) ?? "").replace(/ies$/, "y").replace(/s$/, "");
  const saysOfWhat = parameter.startsWith(resource) || parameter.includes("_");
  return `$${(saysOfWhat ? parameter : `${resource}_${parameter}`).toUpperCase()}`;
}

/** The call that shows an operation; the operation's body must be known here. */
export function callOf(basePath: string, declaration: OperationDeclaration): Call {
  const { operationId, method, path, idempotency } = declaration;
  const body = bodies[operationId] ?? null;
  if (declaration.body && !body) throw new Error(`No sample body of ${operationId}`);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string, at: number) =>
    variableOf(path, name, at),
  );
  return {
    method: method.toUpperCase(),
    path: basePath + filled + (queries[operationId] ?? ""),
    body: declaration.body ? body : null,
    hasIdempotencyKey: idempotency === "required",
  };
}
