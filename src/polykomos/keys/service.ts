import type { Store } from "../../db/client.ts";
import { violatedUnique } from "../../db/errors.ts";
import type { KeyControls } from "../../db/schema.ts";
import { newBearerKey } from "../../lib/bearer-key.ts";
import { keyPrefix } from "../access.ts";
import { actorOf, type Caller } from "../caller.ts";
import { fault, notFound } from "../dialect.ts";
import { findKey } from "../keys-store.ts";
import type { KeyRow } from "./rows.ts";
import * as store from "./store.ts";

/** A user's own keys. */
export type KeyDeps = {
  store: Store;
  clock(): number;
  requestsPerMinute: number;
  gateOf(accountId: string): { learn(record: LearnedKey): Promise<void> } | null;
  /** When keys were last used, which their account's gate knows best; milliseconds by hash. */
  lastUsesOf(accountId: string, hashes: readonly string[]): Promise<Record<string, number>>;
};

type LearnedKey = NonNullable<Awaited<ReturnType<typeof findKey>>>;
type Used = { row: KeyRow; lastUsedAtMs: number | null };

function actOf(deps: KeyDeps, caller: Caller): store.Act {
  const { userId, requestId } = caller;
  return { actor: actorOf(caller), userId, requestId, now: new Date(deps.clock()) };
}

export async function listKeys(deps: KeyDeps, caller: Caller): Promise<Used[]> {
  const rows = await store.listKeys(deps.store, caller.userId);
  const hashes = rows.map((row) => row.hash);
  const uses = rows.length > 0 ? await deps.lastUsesOf(caller.accountId, hashes) : {};
  return rows.map((row) => ({ row, lastUsedAtMs: uses[row.hash] ?? null }));
}

/** Makes a key, and teaches it to the account's gate. `text` is the key, shown once. */
export async function createKey(
  deps: KeyDeps,
  caller: Caller,
  key: { name: string; permissions: readonly string[]; controls: Partial<KeyControls> },
): Promise<{ row: KeyRow; text: string }> {
  const lacking = key.permissions.filter((scope) => !caller.key.permissions.includes(scope));
  if (lacking.length > 0) {
    throw fault(
      "missing_scope",
      `This API key lacks ${lacking.join(", ")}, and so cannot give it to another`,
      { missing_scope: lacking[0], any_of: lacking },
    );
  }
  const { text, hash, preview } = newBearerKey(keyPrefix, caller.accountId);
  const controls: KeyControls = {
    requests_per_minute: deps.requestsPerMinute,
    monthly_quota: null,
    allowed_ip_list: [],
    inactive_ttl_days: null,
    ...key.controls,
  };
  const made = { ...key, permissions: [...new Set(key.permissions)], controls, hash, preview };
  try {
    const row = await store.insertKey(deps.store, made, caller.requestKey, actOf(deps, caller));
    await teach(deps, caller, row);
    return { row, text };
  } catch (error) {
    if (violatedUnique(error) === null) throw error;
    // Nobody can be shown the key again, for only its hash was kept.
    throw fault(
      "conflict",
      "This request has made a key already, and its answer was lost. Revoke that key, and make another",
    );
  }
}

/** Revokes: first the row, then the gate, so that the key is refused once this has returned. */
export async function revokeKey(deps: KeyDeps, caller: Caller, keyId: number): Promise<Used> {
  const row = await store.markRevoked(deps.store, keyId, actOf(deps, caller));
  if (!row) throw notFound("key");
  await teach(deps, caller, row);
  const uses = await deps.lastUsesOf(caller.accountId, [row.hash]);
  return { row, lastUsedAtMs: uses[row.hash] ?? null };
}

async function teach(deps: KeyDeps, caller: Caller, row: KeyRow): Promise<void> {
  const record = await findKey(deps.store, row.hash, caller.accountId);
  if (record) await deps.gateOf(caller.accountId)?.learn(record);
}
