import { violatedUnique } from "../db/errors.ts";
import type { EngineName, FleetServer, Transport } from "../fleet/fleet.ts";
import { capsJson } from "../polykomos/databases/demand.ts";
import { serverPasswordContext } from "../polykomos/databases/seal-contexts.ts";
import { fault, invalidField, notFound } from "../polykomos/dialect.ts";
import { openServer, problemOf, reasonOf } from "../polykomos/servers/check.ts";
import * as store from "./servers-store.ts";
import { type AdminDeps, actOf } from "./service.ts";
import type { Act } from "./store.ts";

/** What the operator does to servers. One that cannot be reached is neither taken in nor moved. */
type ServerInput = Omit<
  store.NewServer,
  "admin_password_sealed" | "advertised_host" | "transport"
> & {
  transport?: Transport | undefined;
  admin_password: string;
  advertised_host?: string | undefined;
};

/** How the control plane can reach each engine's servers; the first is what is meant by nothing. */
const transportsOf: Record<EngineName, readonly [Transport, ...Transport[]]> = {
  postgres: ["neon", "tcp"],
  mysql: ["tcp"],
};

function checkTransport(engine: EngineName, transport: Transport): void {
  const allowed = transportsOf[engine];
  if (allowed.includes(transport)) return;
  throw invalidField("transport", `must be ${allowed.join(" or ")} for ${engine}`, { allowed });
}

async function prepare(deps: AdminDeps, server: FleetServer): Promise<void> {
  try {
    await deps.fleet[server.engine].prepareServer(server);
  } catch (error) {
    deps.log.warn("server_unreachable", { server: server.name, error });
    throw invalidField("host", `the server could not be prepared: ${reasonOf(error)}`);
  }
}

/** Every server with what has been promised on it. */
export async function listServers(deps: AdminDeps): Promise<store.ServerRow[]> {
  return await store.listServers(deps.store, capsJson(deps.plans));
}

export async function createServer(
  deps: AdminDeps,
  input: ServerInput,
  requestId: string,
): Promise<store.ServerRow> {
  const { admin_password: adminPassword, advertised_host: advertised, ...rest } = input;
  const { name, engine, host, port, tls, admin_user: adminUser } = rest;
  const transport = input.transport ?? transportsOf[engine][0];
  checkTransport(engine, transport);
  await prepare(deps, { name, engine, transport, host, port, tls, adminUser, adminPassword });
  const sealed = await deps.sealer.seal(adminPassword, serverPasswordContext(name));
  const server = {
    ...rest,
    transport,
    advertised_host: advertised ?? host,
    admin_password_sealed: sealed,
  };
  const act = actOf(deps, "server.create", requestId);
  try {
    return await store.insertServer(deps.store, server, capsJson(deps.plans), act);
  } catch (error) {
    if (violatedUnique(error) === null) throw error;
    throw fault("conflict", `There is already a server called ${name}`, { field: "name" });
  }
}

/** Fields that say where a server is and how it is entered: with new ones it must be reached. */
const whereabouts = ["transport", "host", "port", "tls", "admin_user", "admin_password"] as const;

export async function updateServer(
  deps: AdminDeps,
  id: number,
  change: Omit<store.ServerChange, "is_draining"> & { admin_password?: string | undefined },
  requestId: string,
): Promise<store.ServerRow> {
  const current = await findServer(deps, id);
  const { admin_password: newPassword, ...columns } = change;
  const next = { ...current, ...columns };
  checkTransport(next.engine, next.transport);
  const moves = whereabouts.some((field) => change[field] !== undefined);
  const context = serverPasswordContext(current.name);
  if (newPassword !== undefined) {
    next.admin_password_sealed = await deps.sealer.seal(newPassword, context);
  }
  if (moves) await prepare(deps, await openServer(deps.sealer, next));
  const sealed =
    newPassword === undefined ? {} : { admin_password_sealed: next.admin_password_sealed };
  const act = actOf(deps, "server.update", requestId);
  return await write(deps, id, { ...columns, ...sealed }, moves, act);
}

/** Places nothing new on a server; what stands there stays. */
export async function drainServer(
  deps: AdminDeps,
  id: number,
  requestId: string,
): Promise<store.ServerRow> {
  const act = actOf(deps, "server.drain", requestId);
  return await write(deps, id, { is_draining: true }, false, act);
}

/** Places databases on a server again. One that is down is asked whether it is back. */
export async function activateServer(
  deps: AdminDeps,
  id: number,
  requestId: string,
): Promise<store.ServerRow> {
  const current = await findServer(deps, id);
  const isBack = current.state === "down" && (await problemOf(deps, current)) === null;
  const act = actOf(deps, "server.activate", requestId);
  return await write(deps, id, { is_draining: false }, isBack, act);
}

async function findServer(deps: AdminDeps, id: number): Promise<store.ServerRow> {
  const found = await store.findServer(deps.store, id, capsJson(deps.plans));
  if (!found) throw notFound("server");
  return found;
}

async function write(
  deps: AdminDeps,
  id: number,
  change: store.ServerChange,
  wasReached: boolean,
  act: Act,
): Promise<store.ServerRow> {
  const caps = capsJson(deps.plans);
  const changed = await store.updateServer(deps.store, id, change, wasReached, caps, act);
  if (!changed) throw notFound("server");
  return changed;
}
