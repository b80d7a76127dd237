import { randomUUID } from "node:crypto";
import type { Declared } from "./declarations.ts";

/** A correct body for each operation that takes one. A new operation must be given one here. */
export type Example = { userId: number; teamId: number };

function unique(): string {
  return `x-${randomUUID().slice(0, 8)}`;
}

const bodies: Record<string, (of: Example) => Record<string, unknown>> = {
  createDatabase: ({ teamId }) => ({
    name: unique(),
    db_type: "postgres",
    region: "local",
    plan: "free",
    team_id: teamId,
    storage_hard_limit_gb: 0.5,
    connection_hard_limit: 5,
    warning_threshold_pct: 70,
    ttl_seconds: 3_600,
    blueprint_variables: { any: "thing" },
  }),
  updateDatabase: () => ({ name: unique() }),
  rotateDatabaseCredentials: () => ({ overlap_seconds: 60 }),
  updateDatabaseQuotas: () => ({
    storage_hard_limit_gb: 0.5,
    connection_hard_limit: 5,
    warning_threshold_pct: 70,
  }),
  createWebhookEndpoint: ({ teamId }) => ({
    url: "https://93.184.216.34/hook",
    events: ["database.deleted"],
    team_id: teamId,
  }),
  createBlueprint: ({ teamId }) => ({
    name: unique(),
    sql_content: "CREATE TABLE IF NOT EXISTS t (a varchar(10)); INSERT INTO t VALUES ({{a}});",
    description: "An example",
    variables: { a: { type: "string", default: "x" } },
    engine: "postgres",
    team_id: teamId,
  }),
  updateBlueprint: () => ({
    name: unique(),
    description: "An example",
    sql_content: "CREATE TABLE IF NOT EXISTS t (a varchar(10)); INSERT INTO t VALUES ({{a}});",
    variables: { a: { type: "string", default: "y" } },
    engine: "postgres",
  }),
  createBlueprintValidation: () => ({
    sql_content: "INSERT INTO t VALUES ({{a}})",
    engine: "postgres",
    variables: { a: { type: "string" } },
  }),
  createDatabaseBlueprintApplication: () => ({
    blueprint_uuid: randomUUID(),
    variables: {},
    dry_run: false,
    wait: true,
    timeout: 30,
  }),
  createQueryExecution: () => ({
    database_uuid: randomUUID(),
    query: "How many customers are there?",
    confirm: "a-word",
  }),
  createKey: () => ({
    name: "a key",
    permissions: ["keys:write"],
    controls: {
      requests_per_minute: 100,
      monthly_quota: 1_000,
      allowed_ip_list: ["192.0.2.0/24"],
      inactive_ttl_days: 30,
    },
  }),
  createTeam: () => ({ name: unique() }),
  renameTeam: () => ({ name: unique() }),
  changeMemberRole: () => ({ role: "owner" }),
  createInvitation: () => ({ email: `${unique()}@example.com`, role: "member" }),
  adminCreateUser: () => ({ email: `${unique()}@example.com`, name: "Somebody" }),
  adminCreateTeam: ({ userId }) => ({ name: unique(), member_user_ids: [userId] }),
  adminAddMember: ({ userId }) => ({ user_id: userId, role: "member" }),
  adminCreateKey: () => ({
    name: "a key",
    permissions: ["databases:read"],
    controls: {
      requests_per_minute: 100,
      monthly_quota: 1_000,
      allowed_ip_list: ["192.0.2.0/24"],
      inactive_ttl_days: 30,
    },
  }),
  adminReseal: () => ({ starting_after: "databases.password_sealed:1" }),
  // Of an engine that is refused before anything is connected to.
  adminCreateServer: () => ({
    name: unique(),
    engine: "mysql",
    region: "nowhere",
    transport: "neon",
    host: "192.0.2.1",
    port: 5432,
    advertised_host: "db-{id}.example.com",
    tls: true,
    admin_user: "postgres",
    admin_password: "none",
    max_databases: 1,
    max_connections: 10,
    max_bytes: 1_000_000,
  }),
  adminUpdateServer: () => ({
    transport: "tcp",
    host: "192.0.2.1",
    port: 5432,
    advertised_host: "db-{id}.example.com",
    tls: true,
    admin_user: "postgres",
    admin_password: "none",
    max_databases: 1,
    max_connections: 10,
    max_bytes: 1_000_000,
  }),
};

/** A correct body, or `null` for an operation without one. */
export function exampleBody(declaration: Declared, of: Example): Record<string, unknown> | null {
  if (!declaration.body) return null;
  const make = bodies[declaration.operationId];
  if (!make) throw new Error(`test/support/examples.ts needs a body of ${declaration.operationId}`);
  return make(of);
}
