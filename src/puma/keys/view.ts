import type { PumaReply } from "../endpoint.ts";
import type { KeyRecord, NewKey, OperationValues } from "../rules/operation.ts";
import { isoTime } from "../rules/time-text.ts";

export function keysView(accountId: string, { keys }: OperationValues["listKeys"]): PumaReply {
  return {
    status: 200,
    body: JSON.stringify({ keys: keys.map((key) => keyView(accountId, key)) }),
  };
}

function keyView(accountId: string, key: KeyRecord): Record<string, string | null> {
  return {
    id: key.id,
    account_id: accountId,
    name: key.name,
    prefix: key.prefix,
    scope: "*",
    revoked_at: key.revokedAtMs === null ? null : isoTime(key.revokedAtMs),
    created_at: isoTime(key.createdAtMs),
    last_used_at: key.lastUsedAtMs === null ? null : isoTime(key.lastUsedAtMs),
  };
}

/** The only answer that holds a key's text. */
export function createdKeyView(text: string, { id, prefix }: NewKey): PumaReply {
  return { status: 201, body: JSON.stringify({ api_key: text, id, prefix, scope: "*" }) };
}

export function revokedView({ revoked }: OperationValues["revokeKey"]): PumaReply {
  return { status: 200, body: JSON.stringify({ revoked }) };
}
