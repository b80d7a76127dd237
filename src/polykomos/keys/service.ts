import type { KeyRecord } from "../../../durable-objects/storage/account-gate/keys.ts";
import type { Store } from "../../db/client.ts";
import { violatedUnique } from "../../db/errors.ts";
import { actOf, type Caller } from "../caller.ts";
import { fault, notFound } from "../dialect.ts";
import { type KeyInput, newKey } from "./new-key.ts";
import type { KeyRow } from "./rows.ts";
import * as store from "./store.ts";

/** A user's own keys. */
export type KeyDeps = {
  store: Store;
  clock(): number;
  requestsPerMinute: number;
  gateOf(accountId: string): { learn(record: KeyRecord): Promise<void> } | null;
  /** When keys were last used, which their account's gate knows best; milliseconds by hash. */
  lastUsesOf(accountId: string, hashes: readonly string[]): Promise<Record<string, number>>;
};

type Used = { row: KeyRow; lastUsedAtMs: number | null };

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
  key: KeyInput,
): Promise<{ row: KeyRow; text: string }> {
  const lacking = key.permissions.filter((scope) => !caller.key.permissions.includes(scope));
  if (lacking.length > 0) {
    throw fault(
      "missing_scope",
      `This API key lacks ${lacking.join(", ")}, and so cannot give it to another`,
      { missing_scope: lacking[0], any_of: lacking },
    );
  }
  const { text, kept } = newKey(caller.accountId, key, deps.requestsPerMinute);
  try {
    const row = await store.insertKey(deps.store, kept, caller.requestKey, actOf(deps, caller));
    await teachGate(deps, caller.accountId, row.hash);
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
  await teachGate(deps, caller.accountId, row.hash);
  const uses = await deps.lastUsesOf(caller.accountId, [row.hash]);
  return { row, lastUsedAtMs: uses[row.hash] ?? null };
}

/** Tells an account's gate what the store knows of a key now. */
export async function teachGate(
  deps: Pick<KeyDeps, "store" | "gateOf">,
  accountId: string,
  keyHash: string,
): Promise<void> {
  const record = await store.findKey(deps.store, keyHash, accountId);
  if (record) await deps.gateOf(accountId)?.learn(record);
}
