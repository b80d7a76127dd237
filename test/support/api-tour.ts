import { randomUUID } from "node:crypto";
import type { ServerLogin } from "./suite.ts";

/** An answer of the API, whose body is read as it comes. */
// biome-ignore lint/suspicious/noExplicitAny: the tour reads answers of many shapes
export type TourAnswer = { status: number; body: any };

/** Sends a request with one credential; `path` is below the API's own base path. */
export type TourSend = (method: string, path: string, body?: unknown) => Promise<TourAnswer>;

export type Tourist = {
  operator: TourSend;
  /** A key of all scopes, whose user and team these are. */
  customer: TourSend;
  userId: number;
  teamId: number;
  /** The PostgreSQL server that databases are made on. */
  server: ServerLogin;
  /** Gives somebody else's key a way to send. */
  sendWith(key: string): TourSend;
};

/** Nothing listens there: deliveries fail at once, and the tour leaves nothing to wait for. */
const deafReceiver = "http://127.0.0.1:9/hook";

/** Where the tour makes its databases. */
const region = "local";

const script = `CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, city text);
INSERT INTO customers VALUES (1, 'Ada', 'London'), (2, 'Grace', 'New York');`;

/**
 * Runs every operation of Polykomos's API and of the operator's once, each with the ids of what the
 * ones before it made, lists also from a cursor on. `begun` is told before each request, `ran` of
 * its answer.
 */
export async function tourApi(
  tourist: Tourist,
  begun: (operationId: string) => void | Promise<void>,
  ran: (operationId: string, answer: TourAnswer) => void,
): Promise<void> {
  const { userId, teamId } = tourist;
  const by =
    (send: TourSend) =>
    async (operationId: string, method: string, path: string, body?: unknown) => {
      await begun(operationId);
      const answer = await send(method, path, body);
      ran(operationId, answer);
      return answer.body?.data ?? answer.body;
    };
  const operator = by(tourist.operator);
  const customer = by(tourist.customer);
  const unique = () => `tour-${randomUUID().slice(0, 8)}`;

  const { host, port, user, password } = tourist.server;
  const server = await operator("adminCreateServer", "POST", "/servers", {
    name: "real",
    engine: "postgres",
    region,
    host,
    port,
    tls: false,
    admin_user: user,
    admin_password: password,
  });
  await operator("adminListServers", "GET", "/servers");
  await operator("adminUpdateServer", "PATCH", `/servers/${server.id}`, { max_databases: 100_000 });
  await operator("adminDrainServer", "POST", `/servers/${server.id}/drain`);
  await operator("adminActivateServer", "POST", `/servers/${server.id}/activate`);
  await operator("adminListUsers", "GET", "/users");
  await operator("adminListUsers", "GET", `/users?limit=5&starting_after=${userId}`);
  const email = `${unique()}@example.com`;
  const guest = await operator("adminCreateUser", "POST", "/users", { email, name: "Guest" });
  const shared = await operator("adminCreateTeam", "POST", "/teams", {
    name: "Shared",
    member_user_ids: [userId],
  });
  await operator("adminAddMember", "POST", `/teams/${shared.id}/members`, {
    user_id: guest.id,
    role: "member",
  });
  await operator("adminListKeys", "GET", `/users/${guest.id}/keys`);
  const madeKey = await tourist.operator("POST", `/users/${guest.id}/keys`, {
    name: "guest",
    permissions: ["keys:write", "databases:read"],
  });
  ran("adminCreateKey", madeKey);
  const guests = by(tourist.sendWith(madeKey.body.api_key));

  await customer("getMe", "GET", "/me");
  await customer("getLimits", "GET", "/limits");
  await customer("getDatabaseTypes", "GET", "/database_types");

  const endpoint = await customer("createWebhookEndpoint", "POST", "/webhook_endpoints", {
    url: deafReceiver,
  });
  const made = await customer("createDatabase", "POST", "/databases?wait=true", {
    name: unique(),
    region,
    connection_hard_limit: 6,
  });
  const uuid: string = made.uuid;
  const [listed] = await customer("listDatabases", "GET", "/databases?limit=5");
  await customer("listDatabases", "GET", `/databases?limit=25&starting_after=${listed.uuid}`);
  await customer("listDatabases", "GET", `/databases?team_id=${teamId}`);
  await customer("getDatabase", "GET", `/databases/${uuid}`);
  await customer("updateDatabase", "PATCH", `/databases/${uuid}`, { name: unique() });
  await customer("updateDatabase", "PATCH", `/databases/${uuid}`, { ttl_seconds: 86_400 });
  await customer("updateDatabaseQuotas", "PATCH", `/databases/${uuid}/quotas`, {
    connection_hard_limit: 4,
  });
  await customer("rotateDatabaseCredentials", "POST", `/databases/${uuid}/credentials/rotate`, {
    overlap_seconds: 3_600,
  });
  await customer("listUsageHistory", "GET", "/usage_history");
  await customer("listUsageHistory", "GET", `/usage_history?database_uuid=${uuid}`);

  const [operation] = await customer("listOperations", "GET", "/operations?limit=5");
  await customer("listOperations", "GET", `/operations?starting_after=${operation.id}`);
  await customer("listOperations", "GET", `/operations?database_uuid=${uuid}`);
  await customer("getOperation", "GET", `/operations/${operation.id}`);

  const hooks = `/webhook_endpoints/${endpoint.id}`;
  await customer("listWebhookEndpoints", "GET", "/webhook_endpoints");
  await customer("getWebhookEndpoint", "GET", hooks);
  await customer("createWebhookTestDelivery", "POST", `${hooks}/test_deliveries`);
  const [delivery] = await customer("listWebhookDeliveries", "GET", `${hooks}/deliveries?limit=5`);
  const one = `${hooks}/deliveries/${delivery.id}`;
  await customer(
    "listWebhookDeliveries",
    "GET",
    `${hooks}/deliveries?starting_after=${delivery.id}`,
  );
  await customer("getWebhookDelivery", "GET", one);
  await customer("redeliverWebhook", "POST", `${one}/redeliver`);
  await customer("rotateWebhookSecret", "POST", `${hooks}/rotate_secret`);
  await customer("enableWebhookEndpoint", "POST", `${hooks}/enable`);
  const [event] = await customer("listEvents", "GET", "/events?limit=5");
  await customer("listEvents", "GET", `/events?starting_after=${event.id}`);

  await customer("createBlueprintValidation", "POST", "/blueprint_validations", {
    sql_content: script,
    engine: "postgres",
  });
  const blueprint = await customer("createBlueprint", "POST", "/blueprints", {
    name: unique(),
    sql_content: script,
    engine: "postgres",
  });
  const print = `/blueprints/${blueprint.uuid}`;
  const changed = `${script}\nCREATE TABLE orders (id int PRIMARY KEY);`;
  await customer("updateBlueprint", "PATCH", print, { sql_content: changed, engine: "postgres" });
  await customer("getBlueprint", "GET", print);
  await customer("diffBlueprint", "GET", `${print}/diff?from=1&to=2`);
  await customer("listBlueprintVersions", "GET", `${print}/versions`);
  await customer("listBlueprints", "GET", "/blueprints?limit=5");
  await customer("listBlueprints", "GET", `/blueprints?starting_after=${blueprint.uuid}`);
  const applications = `/databases/${uuid}/blueprint_applications`;
  const application = await customer("createDatabaseBlueprintApplication", "POST", applications, {
    blueprint_uuid: blueprint.uuid,
    wait: true,
  });
  await customer("listDatabaseBlueprintApplications", "GET", applications);
  await customer("getBlueprintApplication", "GET", `/blueprint_applications/${application.id}`);
  await customer("deleteBlueprint", "DELETE", print);

  await customer("getDatabaseSchema", "GET", `/databases/${uuid}/schema`);
  await customer("createQueryExecution", "POST", "/query_executions", {
    database_uuid: uuid,
    query: "How many customers are there?",
  });
  const [asked] = await customer("listQueryExecutions", "GET", "/query_executions?limit=5");
  await customer("listQueryExecutions", "GET", `/query_executions?starting_after=${asked.id}`);
  await customer("listQueryExecutions", "GET", `/query_executions?database_uuid=${uuid}`);

  const key = await customer("createKey", "POST", "/keys", {
    name: "second",
    permissions: ["databases:read"],
  });
  const keys = await customer("listKeys", "GET", "/keys");
  const keyId: number = key.id ?? keys[0].id;
  await customer("revokeKey", "DELETE", `/keys/${keyId}`);
  const team = await customer("createTeam", "POST", "/teams", { name: unique() });
  await customer("listTeams", "GET", "/teams");
  await customer("renameTeam", "PATCH", `/teams/${team.id}`, { name: unique() });
  const invitations = `/teams/${team.id}/invitations`;
  const invite = async (address: string) =>
    await customer("createInvitation", "POST", invitations, { email: address, role: "member" });
  const withdrawn = await invite(`${unique()}@example.com`);
  await customer("listTeamInvitations", "GET", invitations);
  await customer("withdrawInvitation", "DELETE", `${invitations}/${withdrawn.id}`);
  const declined = await invite(email);
  await guests("listInvitations", "GET", "/me/invitations");
  await guests("declineInvitation", "POST", `/me/invitations/${declined.id}/decline`);
  const accepted = await invite(email);
  await guests("acceptInvitation", "POST", `/me/invitations/${accepted.id}/accept`);
  const members = `/teams/${team.id}/members`;
  await customer("listMembers", "GET", members);
  await customer("changeMemberRole", "PATCH", `${members}/${guest.id}`, { role: "owner" });
  await customer("removeMember", "DELETE", `${members}/${guest.id}`);
  await customer("listAuditLog", "GET", "/audit_log?limit=5");
  await customer("listAuditLog", "GET", `/audit_log?team_id=${teamId}`);
  await customer("listAuditLog", "GET", "/audit_log?action=database.rename");
  await customer("listAuditLog", "GET", `/audit_log?user_id=${userId}&from=2020-01-01`);

  await customer("revokeWebhookEndpoint", "DELETE", hooks);
  await customer("deleteDatabase", "DELETE", `/databases/${uuid}`);
  await operator("adminGetPool", "GET", "/pool");
  await operator("adminListJobs", "GET", "/jobs");
  await operator("adminListJobs", "GET", "/jobs?state=failed");
  await operator("adminRetryJob", "POST", `/jobs/${operation.id}/retry`);
  await operator("adminRebuildDatabase", "POST", `/databases/${uuid}/rebuild`);
  await operator("adminListOrphans", "GET", "/orphans");
  await operator("adminListDeadLetters", "GET", "/dead_letters");
  await operator("adminListSealingKeys", "GET", "/sealing_keys");
  await operator("adminReseal", "POST", "/sealing_keys/reseal", {});
  await operator("adminSweep", "POST", "/sweep");
  await operator("adminRevokeKey", "DELETE", `/keys/${madeKey.body.data?.id ?? keyId}`);
}
