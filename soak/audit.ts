import type { Receiver } from "../test/support/receiver.ts";
import {
  auditDatabases,
  auditEnded,
  auditLogin,
  type Login,
  type MadeDatabase,
} from "./database-audit.ts";
import type { Database, Shown, Tenant } from "./database-model.ts";
import { auditDelivered, auditEvents, auditMessages, type StoredEvent } from "./event-audit.ts";
import { customerRows } from "./logins.ts";
import { auditRows, auditVersions, type ReadRow, type ReadVersion } from "./puma-audit.ts";
import type { Account } from "./puma-model.ts";
import { pumaRequest } from "./puma-stage.ts";
import { auditServer, type StoredDatabase } from "./server-audit.ts";
import { asOperator, persist, type Request, type Soak } from "./soak.ts";

/** Reads everything back and has it compared with what was acknowledged. */
export type Audited = {
  rows: number;
  versions: number;
  databases: number;
  logins: number;
  events: number;
  messages: number;
};

/** Of each account; a run writes more than is worth asking for one by one. */
const versionsAskedMax = 150;

async function get(soak: Soak, account: Account, what: string, path: string) {
  const { answer } = await persist(soak, pumaRequest(account, what, "GET", path));
  if (answer?.status === 200) return answer.body;
  throw new Error(`${path}: ${answer?.status} ${answer?.text}`);
}

export async function auditAccount(soak: Soak, account: Account): Promise<Partial<Audited>> {
  const { tables } = await get(soak, account, "exportTables", "/v1/_export");
  for (const finding of auditRows(account, tables)) soak.report(finding);
  const changed = account.rows.filter(({ id, archives }) => id !== null && archives.most > 0);
  const asked = changed.slice(-versionsAskedMax);
  for (const row of asked) {
    const path = `/v1/${row.table}/versions?id=${row.id}`;
    const { versions }: { versions: ReadVersion[] } = await get(soak, account, "versions", path);
    for (const finding of auditVersions(account, row, versions)) soak.report(finding);
  }
  const rows = Object.values<ReadRow[]>(tables).reduce((sum, { length }) => sum + length, 0);
  return { rows, versions: asked.length };
}

function reading(what: string, path: string, token: string): Request {
  return { api: "polykomos", what, method: "GET", path, token };
}

async function listDatabases(soak: Soak, { key }: Tenant): Promise<Shown[]> {
  const found: Shown[] = [];
  for (let cursor = ""; ; ) {
    const path = `/api/v1/databases?limit=100${cursor}`;
    const { answer } = await persist(soak, reading("listDatabases", path, key));
    if (answer?.status !== 200) throw new Error(`${path}: ${answer?.text}`);
    found.push(...answer.body.data);
    if (!answer.body.has_more) return found;
    cursor = `&starting_after=${answer.body.data.at(-1).uuid}`;
  }
}

async function madeFor(soak: Soak, { teamId }: Tenant): Promise<MadeDatabase[]> {
  const rows = await soak.world.store(
    `SELECT d.uuid, a.details->>'name' AS label,
       EXISTS (SELECT 1 FROM operations o WHERE o.database_id = d.id AND o.kind = 'create'
         AND o.state = 'failed') AS given_up
     FROM databases d JOIN audit_log a ON a.target = 'database:' || d.uuid
       AND a.action = 'database.create'
     WHERE d.team_id = ${teamId}`,
  );
  return rows.map(({ uuid, label, given_up }) => ({
    uuid: String(uuid),
    label: String(label),
    wasGivenUp: given_up === true,
  }));
}

async function logIn({ engine }: Database, url: string): Promise<Login> {
  try {
    await customerRows(engine, url, "SELECT 1 AS one");
  } catch (error) {
    return { outcome: "refused", why: String(error).slice(0, 200) };
  }
  const rows = await customerRows(engine, url, "SELECT entry FROM soak_ledger").catch(
    (error: unknown) => {
      if (/doesn't exist|does not exist/.test(String(error))) return [];
      throw error;
    },
  );
  return { outcome: "in", ledger: rows.map(({ entry }) => String(entry)) };
}

/** Databases of a tenant: listed, made once, let in with the password that a read gives. */
export async function auditTenant(soak: Soak, tenant: Tenant): Promise<Partial<Audited>> {
  const listed = await listDatabases(soak, tenant);
  const made = await madeFor(soak, tenant);
  for (const finding of auditDatabases(tenant, listed, made)) soak.report(finding);
  let logins = 0;
  for (const database of tenant.databases) {
    const uuid = database.uuid ?? made.find(({ label }) => label === database.label)?.uuid;
    const isLive = listed.some((each) => each.uuid === uuid);
    if (isLive) {
      const path = `/api/v1/databases/${uuid}`;
      const { answer } = await persist(soak, reading("getDatabase", path, tenant.key));
      const url: string = answer?.body.data.connection_string;
      for (const each of auditLogin(tenant, database, await logIn(database, url)))
        soak.report(each);
      logins += 1;
    } else if (database.life === "deleted") {
      for (const url of database.strings.slice(-2)) {
        for (const each of auditEnded(tenant, database, await logIn(database, url))) {
          soak.report(each);
        }
        logins += 1;
      }
    }
  }
  return { databases: listed.length, logins };
}

/** Servers against rows, both ways, by our own eyes and by the operator's list. */
export async function auditServers(soak: Soak, adminToken: string): Promise<void> {
  for (const member of soak.world.members) {
    const rows = await soak.world.store(
      `SELECT d.id::int, d.uuid, d.status, d.db_name AS "dbName" FROM databases d
       JOIN fleet_servers s ON s.id = d.server_id
       WHERE s.name = '${member.name}' AND d.destroyed_at IS NULL`,
    );
    const stored = rows as unknown as StoredDatabase[];
    const findings = auditServer(member.name, await member.catalog(), stored);
    for (const finding of findings) soak.report(finding);
  }
  const { body } = await asOperator(soak, adminToken, "GET", "/orphans");
  for (const orphan of body.data) {
    soak.report({ kind: "orphan", what: `the operator's list has ${orphan.name}`, detail: orphan });
  }
}

/** Events against changes, and what receivers got against events. */
export async function auditTenantEvents(
  soak: Soak,
  tenant: Tenant,
  receiver: Receiver,
): Promise<Partial<Audited>> {
  const events = (await soak.world.store(
    `SELECT uid, type, data->>'uuid' AS uuid FROM events
     WHERE team_id = ${tenant.teamId} ORDER BY id`,
  )) as StoredEvent[];
  const findings = auditEvents(tenant.name, tenant.databases, events);
  let messages = 0;
  for (const [index, endpoint] of tenant.endpoints.entries()) {
    const came = receiver.at(endpoint.path);
    messages += came.length;
    findings.push(...auditMessages(endpoint, came));
    // A test is for its own endpoint alone, is sent once, and may fail.
    const delivered = (await soak.world.store(
      `SELECT ev.uid, ev.type, NULL AS uuid FROM webhook_deliveries w JOIN events ev ON ev.id = w.event_id
       WHERE w.endpoint_id = ${endpoint.id} AND w.status = 'delivered'`,
    )) as StoredEvent[];
    const all = events.filter(({ type }) => type !== "webhook.test");
    const expected = index === 0 ? [...all, ...delivered] : delivered;
    findings.push(...auditDelivered(endpoint, came, expected));
  }
  for (const finding of findings) soak.report(finding);
  return { events: events.length, messages };
}

/**
 * Nothing may be given up: whatever failed was broken for minutes, and work waits for longer. Only an
 * application of a blueprint says so when it was interrupted; its rows are counted by what it said.
 */
export async function auditGivenUp(soak: Soak): Promise<void> {
  const rows = await soak.world.store(
    `SELECT 'operation ' || kind AS what, count(*)::int AS count, min(error_code) AS code,
       min(error_message) AS error FROM operations WHERE state = 'failed' GROUP BY 1
     UNION ALL SELECT 'application ' || a.status, count(*)::int, NULL, min(a.error_message)
     FROM blueprint_applications a JOIN databases d ON d.id = a.database_id
     WHERE a.status IN ('failed', 'rolled_back') AND d.deleted_at IS NULL
       AND coalesce(a.error_code, '') NOT IN ('interrupted', 'server_unreachable') GROUP BY 1
     UNION ALL SELECT 'delivery', count(*)::int, min(w.error_class), min(w.error_message)
     FROM webhook_deliveries w JOIN webhook_endpoints e ON e.id = w.endpoint_id
     JOIN events ev ON ev.id = w.event_id
     WHERE w.status = 'failed' AND e.revoked_at IS NULL AND ev.type <> 'webhook.test' GROUP BY 1
     UNION ALL SELECT 'message of ' || queue, count(*)::int, min(reason), NULL
     FROM dead_messages GROUP BY queue`,
  );
  for (const row of rows) {
    soak.report({ kind: "given up", what: `${row.count} × ${row.what}`, detail: row });
  }
}
