import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { isoTime } from "../../db/iso-time.ts";
import { auditEntry } from "../audit/entry-store.ts";
import type { Act } from "../caller.ts";
import { type Page, pageOf } from "../page.ts";
import { newestOfTeams, teamOfUser } from "../team-rows.ts";
import { stopIdle } from "./delivery-store.ts";

/** Webhook endpoints, events and deliveries in the control-plane store, as their owners see them. */
export type EndpointRow = {
  id: number;
  uid: string;
  teamId: number;
  url: string;
  events: string[];
  revokedAt: string | null;
  disabledAt: string | null;
  lastSuccessAt: string | null;
  lastFailureAt: string | null;
  createdAt: string;
  secretSealed: string;
};

const endpointColumns: SQL = sql`e.id, e.uid, e.team_id AS "teamId", e.url, e.events,
  ${isoTime(sql`e.revoked_at`)} AS "revokedAt", ${isoTime(sql`e.disabled_at`)} AS "disabledAt",
  ${isoTime(sql`e.last_success_at`)} AS "lastSuccessAt",
  ${isoTime(sql`e.last_failure_at`)} AS "lastFailureAt",
  ${isoTime(sql`e.created_at`)} AS "createdAt", e.secret_sealed AS "secretSealed"`;

export type DeliveryRow = {
  id: string;
  endpointId: number;
  eventId: string;
  eventUid: string;
  eventType: string;
  status: "pending" | "delivered" | "failed";
  responseCode: number | null;
  errorClass: string | null;
  errorMessage: string | null;
  attemptCount: number;
  durationMs: number | null;
  createdAt: string;
  lastAttemptAt: string | null;
  nextAttemptAt: string | null;
};

export const deliveryColumns: SQL = sql`w.id, w.endpoint_id AS "endpointId", w.event_id AS "eventId",
  v.uid AS "eventUid", v.type AS "eventType", w.status, w.response_code AS "responseCode",
  w.error_class AS "errorClass", w.error_message AS "errorMessage",
  w.attempt_count AS "attemptCount", w.duration_ms AS "durationMs",
  ${isoTime(sql`w.created_at`)} AS "createdAt",
  ${isoTime(sql`w.last_attempt_at`)} AS "lastAttemptAt",
  ${isoTime(sql`w.next_attempt_at`)} AS "nextAttemptAt"`;

export type EventRow = {
  id: string;
  uid: string;
  type: string;
  teamId: number;
  data: Record<string, unknown>;
  createdAt: string;
};

/** A CTE `audit`: the entry of an act on the endpoint that the CTE `from` gives. */
export function audit(act: Act, action: string, from: SQL): SQL {
  return sql`audit AS (${auditEntry(
    act,
    action,
    sql`(SELECT c.team_id, 'webhook_endpoint:' || c.id AS target, '{}'::jsonb AS details
      FROM ${from} c)`,
  )})`;
}

/** The unique index that a second run of the same create violates. */
export const endpointRequestKeyIndex = "webhook_endpoints_request_key";

/** Creates an endpoint; says why not when there is no such team or it has too many. */
export async function insertEndpoint(
  store: Store,
  endpoint: {
    uid: string;
    url: string;
    events: readonly string[];
    teamId: number | null;
    secretSealed: string;
    requestKey: string | null;
    perTeamMax: number;
  },
  act: Act,
): Promise<EndpointRow | "no_team" | "too_many"> {
  const [row] = await store.rows<(EndpointRow | { id: null }) & { hasTeam: boolean }>(sql`
    WITH team AS (SELECT m.team_id FROM memberships m WHERE m.user_id = ${act.userId}
      AND ${endpoint.teamId === null ? sql`m.is_primary` : sql`m.team_id = ${endpoint.teamId}`}),
    e AS (INSERT INTO webhook_endpoints (uid, team_id, url, events, secret_sealed,
        request_key, created_at)
      SELECT ${endpoint.uid}::uuid, team.team_id, ${endpoint.url}, ${JSON.stringify(endpoint.events)}::jsonb,
        ${endpoint.secretSealed}, ${endpoint.requestKey}, ${act.now} FROM team
      WHERE (SELECT count(*) FROM webhook_endpoints o WHERE o.team_id = team.team_id
        AND o.revoked_at IS NULL) < ${endpoint.perTeamMax} RETURNING *),
    ${audit(act, "webhook_endpoint.create", sql`e`)}
    SELECT EXISTS (SELECT 1 FROM team) AS "hasTeam", ${endpointColumns}
    FROM (SELECT 1) one LEFT JOIN e ON true`);
  if (!row?.hasTeam) return "no_team";
  return row.id === null ? "too_many" : row;
}

export async function findEndpointByRequestKey(
  store: Store,
  userId: number,
  requestKey: string,
): Promise<EndpointRow | null> {
  const [row] = await store.rows<EndpointRow>(sql`SELECT ${endpointColumns}
    FROM webhook_endpoints e WHERE e.request_key = ${requestKey}
      AND ${teamOfUser(sql`e.team_id`, userId)}`);
  return row ?? null;
}

/** An endpoint the user may see, revoked or not. */
export async function findEndpoint(
  store: Store,
  userId: number,
  id: number,
): Promise<EndpointRow | null> {
  const [row] = await store.rows<EndpointRow>(sql`SELECT ${endpointColumns}
    FROM webhook_endpoints e WHERE e.id = ${id}::bigint AND ${teamOfUser(sql`e.team_id`, userId)}`);
  return row ?? null;
}

/** Endpoints, revoked ones too; `null` for a cursor that is no endpoint of the user's. */
export async function listEndpoints(
  store: Store,
  userId: number,
  teamId: number | null,
  limit: number,
  startingAfter: number | null,
): Promise<Page<EndpointRow> | null> {
  if (startingAfter !== null && !(await findEndpoint(store, userId, startingAfter))) return null;
  const rows = await store.rows<EndpointRow>(sql`
    SELECT ${endpointColumns} FROM webhook_endpoints e
    WHERE ${teamOfUser(sql`e.team_id`, userId)}
      AND (${teamId}::bigint IS NULL OR e.team_id = ${teamId})
      AND (${startingAfter}::bigint IS NULL OR e.id < ${startingAfter})
    ORDER BY e.id DESC LIMIT ${limit + 1}`);
  return pageOf(rows, limit);
}

/** An endpoint `e` of the user's teams that was not revoked, as a condition. */
export const liveEndpoint = (userId: number, id: number): SQL => sql`e.id = ${id}::bigint
  AND e.revoked_at IS NULL
  AND ${teamOfUser(sql`e.team_id`, userId)}`;

/** Revokes; what was still to be sent has failed. False when there is no such live endpoint. */
export async function revokeEndpoint(store: Store, id: number, act: Act): Promise<boolean> {
  const rows = await store.rows(sql`
    WITH e AS (UPDATE webhook_endpoints e SET revoked_at = ${act.now}
      WHERE ${liveEndpoint(act.userId, id)} RETURNING *),
    ${stopIdle(sql`e`, act.now)},
    ${audit(act, "webhook_endpoint.revoke", sql`e`)}
    SELECT 1 FROM e`);
  return rows.length > 0;
}

/**
 * A new secret; the one before signs too until `previousUntil`. A second run of the same request
 * changes nothing and finds what the first one did.
 */
export async function replaceSecret(
  store: Store,
  id: number,
  next: { secretSealed: string; previousUntil: Date; requestKey: string | null },
  act: Act,
): Promise<EndpointRow | null> {
  const [row] = await store.rows<EndpointRow>(sql`
    WITH e AS (UPDATE webhook_endpoints e SET previous_secret_sealed = e.secret_sealed,
        previous_secret_until = ${next.previousUntil}, secret_sealed = ${next.secretSealed},
        rotated_by = ${next.requestKey}
      WHERE ${liveEndpoint(act.userId, id)} AND (${next.requestKey}::text IS NULL
        OR e.rotated_by IS DISTINCT FROM ${next.requestKey}) RETURNING *),
    ${audit(act, "webhook_endpoint.rotate_secret", sql`e`)}
    SELECT ${endpointColumns} FROM e`);
  if (row || next.requestKey === null) return row ?? null;
  const [known] = await store.rows<EndpointRow>(sql`SELECT ${endpointColumns}
    FROM webhook_endpoints e WHERE ${liveEndpoint(act.userId, id)}
      AND e.rotated_by = ${next.requestKey}`);
  return known ?? null;
}

export async function enableEndpoint(
  store: Store,
  id: number,
  act: Act,
): Promise<EndpointRow | null> {
  const [row] = await store.rows<EndpointRow>(sql`
    WITH e AS (UPDATE webhook_endpoints e SET disabled_at = NULL, failing_since = NULL
      WHERE ${liveEndpoint(act.userId, id)} RETURNING *),
    ${audit(act, "webhook_endpoint.enable", sql`e`)}
    SELECT ${endpointColumns} FROM e`);
  return row ?? null;
}

/** Whether the endpoint is one that the user may see, as a condition that is judged once. */
function isOwnEndpoint(userId: number, endpointId: number): SQL {
  return sql`EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = ${endpointId}::bigint
    AND ${teamOfUser(sql`e.team_id`, userId)})`;
}

/** A delivery of an endpoint of the user's. */
export async function findDelivery(
  store: Store,
  userId: number,
  endpointId: number,
  id: number,
): Promise<DeliveryRow | null> {
  const [row] = await store.rows<DeliveryRow>(sql`SELECT ${deliveryColumns}
    FROM webhook_deliveries w JOIN events v ON v.id = w.event_id
    WHERE w.id = ${id} AND w.endpoint_id = ${endpointId}::bigint
      AND ${isOwnEndpoint(userId, endpointId)}`);
  return row ?? null;
}

/** Deliveries of an endpoint of the user's; `null` for an unknown cursor. */
export async function listDeliveries(
  store: Store,
  userId: number,
  endpointId: number,
  limit: number,
  startingAfter: number | null,
): Promise<Page<DeliveryRow> | null> {
  const rows = await store.rows<DeliveryRow>(sql`
    SELECT ${deliveryColumns} FROM webhook_deliveries w JOIN events v ON v.id = w.event_id
    WHERE w.endpoint_id = ${endpointId}::bigint AND ${isOwnEndpoint(userId, endpointId)}
      AND (${startingAfter}::bigint IS NULL OR w.id <= ${startingAfter})
    ORDER BY w.id DESC NULLS LAST LIMIT ${limit + 2}`);
  return pageBehind(rows, limit, startingAfter);
}

/** The page of rows that were read from the cursor itself on; `null` when it is not the first of them. */
function pageBehind<Row extends { id: string }>(
  rows: readonly Row[],
  limit: number,
  cursor: number | null,
): Page<Row> | null {
  if (cursor === null) return pageOf(rows, limit);
  return Number(rows[0]?.id) === cursor ? pageOf(rows.slice(1), limit) : null;
}

/** Events of the user's teams; `null` for an unknown cursor. */
export async function listEvents(
  store: Store,
  userId: number,
  limit: number,
  startingAfter: number | null,
): Promise<Page<EventRow> | null> {
  const rows = await store.rows<EventRow>(sql`
    SELECT v.id, v.uid, v.type, v.team_id AS "teamId", v.data,
      ${isoTime(sql`v.created_at`)} AS "createdAt"
    FROM ${newestOfTeams({
      table: sql`events`,
      alias: sql`v`,
      userId,
      where: sql`(${startingAfter}::bigint IS NULL OR v.id <= ${startingAfter})`,
      by: sql`v.id`,
      count: limit + 2,
    })} ORDER BY v.id DESC LIMIT ${limit + 2}`);
  return pageBehind(rows, limit, startingAfter);
}
