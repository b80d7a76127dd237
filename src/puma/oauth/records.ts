import { secondMs } from "../../lib/clock.ts";
import type { PumaDeps } from "../deps.ts";
import type { OauthRecordAnswer, OauthRecordRequest } from "../rules/oauth-record.ts";
import { type DocumentClient, isDocumentUrl } from "./rules/client-document.ts";

/**
 * What the authorization server takes for its KV namespace. Grants and tokens go to the account's
 * object, where a change is seen at once and everywhere; registered clients go to KV; a client that is
 * a URL is its metadata document. One is made for each request, and remembers what that request read:
 * a write over somebody else's is refused.
 */
type PutOptions = {
  expirationTtl?: number | undefined;
  expiration?: number | undefined;
  metadata?: unknown;
};
type Listed = { keys: { name: string; metadata?: unknown }[]; list_complete: true };

export type Records = {
  get(name: string, options?: { type?: string }): Promise<unknown>;
  put(name: string, value: string, options?: PutOptions): Promise<void>;
  delete(name: string): Promise<void>;
  list(options: { prefix: string }): Promise<Listed>;
};

/** Another request changed what this one had read. */
export class StaleRecord extends Error {
  constructor(name: string) {
    super(`Somebody else wrote ${name.split(":", 1)[0]} in between`);
    this.name = "StaleRecord";
  }
}

/** `grant:<account>:…` and `token:<account>:…`, taken apart. */
const accountRecord = /^(grant|token):([0-9a-z]+):(.*)$/;
const registeredId = /^[A-Za-z0-9_-]{1,64}$/;
type Place = { accountId: string; name: string };

export function createRecords(
  deps: Pick<PumaDeps, "account" | "isAccountId" | "oauthClients" | "clock">,
  findDocument: (clientId: string) => Promise<DocumentClient>,
): Records {
  const seen = new Map<string, number>();

  function placeOf(name: string): Place | null {
    const [, kind, accountId, rest] = accountRecord.exec(name) ?? [];
    if (!kind || !accountId || !deps.isAccountId(accountId)) return null;
    return { accountId, name: `${kind}:${rest}` };
  }

  function ask({ accountId }: Place, request: OauthRecordRequest): Promise<OauthRecordAnswer> {
    return deps.account(accountId).oauthRecords(request);
  }

  /** When a record ends, in milliseconds; `null` for never. KV's options are in seconds. */
  function endOf({ expiration, expirationTtl }: PutOptions): number | null {
    if (expiration !== undefined) return expiration * secondMs;
    return expirationTtl === undefined ? null : deps.clock() + expirationTtl * secondMs;
  }

  async function readRecord(name: string): Promise<string | null> {
    const place = placeOf(name);
    if (!place) return null;
    const answer = await ask(place, { kind: "read", name: place.name });
    if (answer.kind !== "record") throw new Error(`A record was asked for: ${answer.kind}`);
    seen.set(name, answer.record?.version ?? 0);
    return answer.record?.value ?? null;
  }

  async function readClient(clientId: string): Promise<string | null> {
    if (isDocumentUrl(clientId)) return JSON.stringify(await findDocument(clientId));
    if (!registeredId.test(clientId)) return null;
    return await deps.oauthClients.get(`client:${clientId}`);
  }

  return {
    async get(name, options) {
      const isClient = name.startsWith("client:");
      const text = isClient
        ? await readClient(name.slice("client:".length))
        : await readRecord(name);
      return text !== null && options?.type === "json" ? JSON.parse(text) : text;
    },

    async put(name, value, options = {}) {
      const { expirationTtl, expiration, metadata } = options;
      if (name.startsWith("client:")) {
        const lifetime = expirationTtl === undefined ? {} : { expirationTtl };
        await deps.oauthClients.put(name, value, lifetime);
        return;
      }
      const place = placeOf(name);
      if (!place) throw new Error(`No place for ${name.split(":", 1)[0]}`);
      const answer = await ask(place, {
        kind: "write",
        name: place.name,
        value,
        metadata: metadata === undefined ? null : JSON.stringify(metadata),
        expiresAtMs: endOf({ expiration, expirationTtl }),
        expected: seen.get(name) ?? null,
      });
      if (answer.kind === "conflict") throw new StaleRecord(name);
    },

    async delete(name) {
      const place = placeOf(name);
      if (place) await ask(place, { kind: "delete", name: place.name });
    },

    async list({ prefix }) {
      const place = placeOf(prefix);
      if (!place) return { keys: [], list_complete: true };
      const answer = await ask(place, { kind: "list", prefix: place.name });
      if (answer.kind !== "list") throw new Error(`A list was asked for: ${answer.kind}`);
      const keys = answer.records.map(({ name, metadata }) => ({
        name: name.replace(":", `:${place.accountId}:`),
        ...(metadata === null ? {} : { metadata: JSON.parse(metadata) }),
      }));
      return { keys, list_complete: true };
    },
  };
}
