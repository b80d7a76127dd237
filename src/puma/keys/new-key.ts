import { newBearerKey } from "../../lib/bearer-key.ts";
import { randomId } from "../../lib/ids.ts";
import type { NewKey } from "../rules/operation.ts";

const keyPrefix = "puma_live";

/** Makes a key for an account. `text` is shown once; `record` is what the account keeps. */
export function newKey(accountId: string, name: string): { text: string; record: NewKey } {
  const { text, hash, preview } = newBearerKey(keyPrefix, accountId);
  return { text, record: { id: `key_${randomId(16)}`, name, hash, prefix: preview } };
}
