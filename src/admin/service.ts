import type { Store } from "../db/client.ts";
import { violatedUnique } from "../db/errors.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { newAccountId } from "../lib/account-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Sealer } from "../lib/sealed.ts";
import type { Gate } from "../polykomos/access.ts";
import type { Plans } from "../polykomos/databases/plans.ts";
import { fault, invalidField, notFound } from "../polykomos/dialect.ts";
import { type KeyInput, newKey } from "../polykomos/keys/new-key.ts";
import { teachGate } from "../polykomos/keys/service.ts";
import * as store from "./store.ts";

/** What the operator does to people, keys and servers. */
export type AdminDeps = {
  store: Store;
  fleet: Fleet;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  plans: Plans;
  idCheckSecret: string;
  requestsPerMinute: number;
  gateOf(
    accountId: string,
  ): (Gate & { lastUses(hashes: string[]): Promise<Record<string, number>> }) | null;
};

export function actOf(deps: AdminDeps, action: string, requestId: string): store.Act {
  return { action, requestId, now: new Date(deps.clock()) };
}

export async function createUser(
  deps: AdminDeps,
  user: { email: string; name: string },
  requestId: string,
): Promise<store.UserRow> {
  const accountId = newAccountId("polykomos", deps.idCheckSecret);
  const email = user.email.toLowerCase();
  try {
    const act = actOf(deps, "user.create", requestId);
    return await store.insertUser(deps.store, { ...user, email, accountId }, act);
  } catch (error) {
    if (violatedUnique(error) === null) throw error;
    throw fault("conflict", "There is already a user with this e-mail address", { field: "email" });
  }
}

export async function createTeam(
  deps: AdminDeps,
  team: { name: string; memberUserIds: readonly number[] },
  requestId: string,
): Promise<{ id: number; name: string }> {
  const made = await store.insertTeam(deps.store, team, actOf(deps, "team.create", requestId));
  if (!made) throw invalidField("member_user_ids", "every one must be the id of a user");
  return made;
}

export async function addMember(
  deps: AdminDeps,
  member: { teamId: number; userId: number; role: "owner" | "member" },
  requestId: string,
) {
  const put = await store.putMember(deps.store, member, actOf(deps, "team.add_member", requestId));
  if (!put) throw notFound("team or user");
  return put;
}

/** Makes a key, and teaches it to the account's gate. `text` is the key, shown once. */
export async function createKey(
  deps: AdminDeps,
  userId: number,
  key: KeyInput,
  requestId: string,
): Promise<{ row: store.KeyRow; text: string }> {
  const accountId = await store.findAccountId(deps.store, userId);
  if (accountId === null) throw notFound("user");
  const { text, kept } = newKey(accountId, key, deps.requestsPerMinute);
  const act = actOf(deps, "key.create", requestId);
  const row = await store.insertKey(deps.store, { userId, ...kept }, act);
  if (!row) throw notFound("user");
  await teachGate(deps, row.account_id, row.hash);
  return { row, text };
}

/** A user's keys with their last uses, which the gate knows best. */
export async function listKeys(
  deps: AdminDeps,
  userId: number,
): Promise<{ row: store.KeyRow; lastUsedAtMs: number | null }[]> {
  const accountId = await store.findAccountId(deps.store, userId);
  if (accountId === null) throw notFound("user");
  const rows = await store.listKeys(deps.store, userId);
  if (rows.length === 0) return [];
  const uses = (await deps.gateOf(accountId)?.lastUses(rows.map((row) => row.hash))) ?? {};
  return rows.map((row) => ({ row, lastUsedAtMs: uses[row.hash] ?? null }));
}

/** Revokes: first the row, then the gate, so that the key is refused once this has returned. */
export async function revokeKey(
  deps: AdminDeps,
  keyId: number,
  requestId: string,
): Promise<store.KeyRow> {
  const row = await store.markKeyRevoked(deps.store, keyId, actOf(deps, "key.revoke", requestId));
  if (!row) throw notFound("key");
  await teachGate(deps, row.account_id, row.hash);
  return row;
}
