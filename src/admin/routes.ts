import { type Endpoint, endpoint } from "../http/mount.ts";
import { listPools } from "../polykomos/databases/pool.ts";
import type { PoolPolicy } from "../polykomos/databases/pool-store.ts";
import { viewKey } from "../polykomos/keys/view.ts";
import { viewJob } from "../polykomos/operations/view.ts";
import { sentFields } from "../polykomos/sent-fields.ts";
import type { Sweep } from "../sweep.ts";
import * as contract from "./contract.ts";
import * as jobs from "./jobs-service.ts";
import { listJobs } from "./jobs-store.ts";
import { findOrphans } from "./orphans.ts";
import * as sealing from "./sealing/contract.ts";
import { listSealingKeys, resealNext, type SealingDeps } from "./sealing/service.ts";
import * as servers from "./servers-service.ts";
import * as service from "./service.ts";
import { listUsers } from "./store.ts";
import {
  viewDeadApplication,
  viewDeadMessage,
  viewPool,
  viewSealingKey,
  viewServer,
  viewUser,
} from "./view.ts";

/** The operator: there is one, with one token. */
export type Operator = { requestId: string };

export type AdminApiDeps = service.AdminDeps &
  SealingDeps & {
    announce(operationIds: readonly string[]): Promise<void>;
    announceApplications(ids: readonly number[]): Promise<void>;
    sweep(): Promise<Sweep>;
    pool: PoolPolicy;
  };

function peopleEndpoints(deps: AdminApiDeps): Endpoint<Operator>[] {
  return [
    endpoint(contract.createUser, async ({ body }, { requestId }: Operator) => {
      const user = await service.createUser(deps, body, requestId);
      return { status: 201, body: { data: viewUser(user) } };
    }),
    endpoint(contract.listUsers, async ({ query }, _operator: Operator) => {
      const { limit, starting_after: startingAfter = null } = query;
      const { rows, hasMore } = await listUsers(deps.store, limit, startingAfter);
      return { status: 200, body: { data: rows.map(viewUser), has_more: hasMore } };
    }),
    endpoint(contract.createTeam, async ({ body }, { requestId }: Operator) => {
      const team = { name: body.name, memberUserIds: body.member_user_ids };
      const made = await service.createTeam(deps, team, requestId);
      return { status: 201, body: { data: { object: "team", ...made } } };
    }),
    endpoint(contract.addMember, async ({ params, body }, { requestId }: Operator) => {
      const member = { teamId: params.id, userId: body.user_id, role: body.role };
      const put = await service.addMember(deps, member, requestId);
      return { status: 201, body: { data: { object: "membership", ...put } } };
    }),
    endpoint(contract.createKey, async ({ params, body }, { requestId }: Operator) => {
      const key = { ...body, controls: sentFields(body.controls ?? {}) };
      const { row, text } = await service.createKey(deps, params.id, key, requestId);
      return { status: 201, body: { data: viewKey(row, null), api_key: text } };
    }),
    endpoint(contract.listKeys, async ({ params }, _operator: Operator) => {
      const keys = await service.listKeys(deps, params.id);
      const data = keys.map(({ row, lastUsedAtMs }) => viewKey(row, lastUsedAtMs));
      return { status: 200, body: { data } };
    }),
    endpoint(contract.revokeKey, async ({ params }, { requestId }: Operator) => {
      const row = await service.revokeKey(deps, params.id, requestId);
      return { status: 200, body: { data: viewKey(row, null) } };
    }),
  ];
}

function serverEndpoints(deps: AdminApiDeps): Endpoint<Operator>[] {
  return [
    endpoint(contract.listServers, async (_, _operator: Operator) => {
      return { status: 200, body: { data: (await servers.listServers(deps)).map(viewServer) } };
    }),
    endpoint(contract.createServer, async ({ body }, { requestId }: Operator) => {
      const server = await servers.createServer(deps, body, requestId);
      return { status: 201, body: { data: viewServer(server) } };
    }),
    endpoint(contract.updateServer, async ({ params, body }, { requestId }: Operator) => {
      const server = await servers.updateServer(deps, params.id, sentFields(body), requestId);
      return { status: 200, body: { data: viewServer(server) } };
    }),
    endpoint(contract.drainServer, async ({ params }, { requestId }: Operator) => {
      const server = await servers.drainServer(deps, params.id, requestId);
      return { status: 200, body: { data: viewServer(server) } };
    }),
    endpoint(contract.activateServer, async ({ params }, { requestId }: Operator) => {
      const server = await servers.activateServer(deps, params.id, requestId);
      return { status: 200, body: { data: viewServer(server) } };
    }),
  ];
}

function workEndpoints(deps: AdminApiDeps): Endpoint<Operator>[] {
  return [
    endpoint(contract.getPool, async (_, _operator: Operator) => {
      const pools = await listPools(deps);
      return { status: 200, body: { data: pools.map(viewPool) } };
    }),
    endpoint(contract.listJobs, async ({ query }, _operator: Operator) => {
      const listed = await listJobs(deps.store, query.state ?? null);
      return { status: 200, body: { data: listed.map(viewJob) } };
    }),
    endpoint(contract.retryJob, async ({ params }, _operator: Operator) => {
      return { status: 200, body: { data: await jobs.retryJob(deps, params.id) } };
    }),
    endpoint(contract.rebuildDatabase, async ({ params }, { requestId }: Operator) => {
      const data = await jobs.rebuildDatabase(deps, params.uuid, requestId);
      return { status: 200, body: { data } };
    }),
    endpoint(contract.listOrphans, async (_, _operator: Operator) => {
      return { status: 200, body: { data: await findOrphans(deps) } };
    }),
    endpoint(contract.listDeadLetters, async (_, _operator: Operator) => {
      const { operations, applications, messages } = await jobs.listDeadLetters(deps);
      const data = [
        ...operations.map(viewJob),
        ...applications.map(viewDeadApplication),
        ...messages.map(viewDeadMessage),
      ];
      return { status: 200, body: { data } };
    }),
    endpoint(contract.sweep, async (_, _operator: Operator) => {
      return { status: 200, body: { data: { object: "sweep", ...(await deps.sweep()) } } };
    }),
  ];
}

function sealingEndpoints(deps: AdminApiDeps): Endpoint<Operator>[] {
  return [
    endpoint(sealing.listSealingKeys, async (_, _operator: Operator) => {
      return { status: 200, body: { data: (await listSealingKeys(deps)).map(viewSealingKey) } };
    }),
    endpoint(sealing.reseal, async ({ body }, { requestId }: Operator) => {
      const step = await resealNext(deps, body.starting_after ?? null, requestId);
      return { status: 200, body: { data: { object: "resealing", ...step } } };
    }),
  ];
}

/** Every endpoint of the operator's API. */
export function adminEndpoints(deps: AdminApiDeps): Endpoint<Operator>[] {
  return [
    ...peopleEndpoints(deps),
    ...serverEndpoints(deps),
    ...sealingEndpoints(deps),
    ...workEndpoints(deps),
  ];
}
