import type { KeyControls } from "../../db/schema/keys.ts";
import { newBearerKey } from "../../lib/bearer-key.ts";
import { keyPrefix } from "../access.ts";
import type { KeyRow } from "./rows.ts";

export type KeyInput = {
  name: string;
  permissions: readonly string[];
  /** What is left out has its default. */
  controls: Partial<KeyControls>;
};

/** What the store keeps of a key: not the key itself. */
export type KeptKey = Pick<KeyRow, "name" | "hash" | "preview" | "permissions" | "controls">;

/** Makes a key of an account. `text` is the key, to be shown once. */
export function newKey(
  accountId: string,
  { name, permissions, controls }: KeyInput,
  requestsPerMinute: number,
): { text: string; kept: KeptKey } {
  const { text, hash, preview } = newBearerKey(keyPrefix, accountId);
  const kept = {
    name,
    hash,
    preview,
    permissions: [...new Set(permissions)],
    controls: {
      requests_per_minute: requestsPerMinute,
      monthly_quota: null,
      allowed_ip_list: [],
      inactive_ttl_days: null,
      ...controls,
    },
  };
  return { text, kept };
}
