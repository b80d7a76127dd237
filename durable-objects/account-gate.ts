import { DurableObject } from "cloudflare:workers";
import { dayMs, minuteMs } from "../src/lib/clock.ts";
import { newUuid } from "../src/lib/ids.ts";
import { ipInRanges } from "../src/lib/ip-range.ts";
import { type RateWindow, useRateWindow } from "../src/lib/rate-window.ts";
import * as requests from "./storage/account-gate/idempotency.ts";
import * as keys from "./storage/account-gate/keys.ts";
import { type Migration, migrate, tablesVersion } from "./storage/migrate.ts";

/**
 * One object per Polykomos account admits each request: key, address, limits, scope, idempotency.
 * Idea: one RPC decides all of it in one synchronous turn, so there is one writer.
 * Invariant: an account that nobody was issued a key for never writes.
 * Trade-off: minute windows live in memory; a restart forgives at most one minute's use.
 */
const migrations: readonly Migration[] = [
  (sql) => sql.exec(keys.gateKeysMigration),
  (sql) => sql.exec(requests.gateIdempotencyMigration),
];

/** After this the store is asked again whether a key still is what the gate believes. */
const recheckMs = 5 * minuteMs;
/** A last use is written at most this often. */
const lastUseEveryMs = minuteMs;
/** Answers are kept this long for replays. */
const idempotencyKeptMs = dayMs;
/** Past this a running request is taken for dead; above the longest `timeout` of any operation. */
const requestLeaseMs = 150_000;
/** Look-ups in the store that unknown keys of one account may cause in a minute. */
const unknownKeyLookupsPerMinute = 20;

/** Answers that go to be sealed anew in one call. */
const answersResealedTogether = 20;

/** Windows of sessions are forgotten together when there are so many. */
const sessionWindowsMax = 100;

export type AdmitRequest = {
  keyHash: string;
  ip: string;
  /** The key needs one of these; empty: any key. */
  scopesAnyOf: readonly string[];
  idempotency: { requestKey: string; fingerprint: string } | null;
};

type Policy = {
  name: "minute" | "month";
  limit: number;
  windowSeconds: number;
  remaining: number;
  resetSeconds: number;
};

export type IdempotencyVerdict =
  | { kind: "none" }
  /**
   * Go on; `settle` with this token afterwards. `begunAtMs` is the same for all runs of the request,
   * and another once its answer is forgotten and the key may be used anew.
   */
  | { kind: "begun"; token: string; begunAtMs: number }
  | { kind: "in_progress" }
  | { kind: "reused" }
  | { kind: "finished"; status: number; sealedBody: string };

export type Admission =
  | { kind: "unknown_key"; mayLookUp: boolean }
  | { kind: "refused"; reason: "revoked" | "expired" | "ip_not_allowed" }
  | { kind: "missing_scope"; policies: Policy[] }
  | { kind: "limited"; by: "minute" | "month"; policies: Policy[]; retryAfterSeconds: number }
  | {
      kind: "admitted";
      key: keys.KeyRecord;
      /** The use before this one. */
      lastUsedAtMs: number | null;
      policies: Policy[];
      /** The caller should compare the key with the store in the background. */
      recheck: boolean;
      idempotency: IdempotencyVerdict;
    };

type MonthVerdict = { allowed: boolean; policy: Policy | null };

export class AccountGate extends DurableObject {
  readonly #sql: SqlStorage;
  #version: number;
  readonly #known = new Map<string, keys.StoredKey>();
  readonly #windows = new Map<number, RateWindow>();
  readonly #running = new Map<string, { token: string; startedAtMs: number }>();
  readonly #persistedUse = new Map<string, number>();
  readonly #sessionWindows = new Map<string, RateWindow>();
  #lookups: RateWindow | undefined;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#version = tablesVersion(this.#sql);
    if (this.#version > 0) this.#open();
  }

  /** Decides on one request. Counts it, and begins its idempotency record when it has one. */
  admit(request: AdmitRequest): Admission {
    const nowMs = Date.now();
    const stored = this.#find(request.keyHash);
    if (!stored) return { kind: "unknown_key", mayLookUp: this.#mayLookUp(nowMs) };
    const { record } = stored;
    const refusal = this.#refusal(stored, request.ip, nowMs);
    if (refusal) return { kind: "refused", reason: refusal };

    const limit = record.controls.requests_per_minute;
    const minute = useRateWindow(this.#windows.get(record.keyId), limit, minuteMs, nowMs);
    const month = this.#month(record, nowMs);
    const policies = [minutePolicy(minute), ...(month.policy ? [month.policy] : [])];
    if (!minute.allowed) {
      return { kind: "limited", by: "minute", policies, retryAfterSeconds: minute.resetSeconds };
    }
    if (!month.allowed) {
      const retryAfterSeconds = month.policy?.resetSeconds ?? minute.resetSeconds;
      return { kind: "limited", by: "month", policies, retryAfterSeconds };
    }
    this.#windows.set(record.keyId, minute.window);
    if (month.policy) {
      keys.countMonthlyUse(this.#sql, record.keyId, monthOf(nowMs));
      month.policy.remaining -= 1;
    }

    const { scopesAnyOf } = request;
    if (scopesAnyOf.length > 0 && !scopesAnyOf.some((s) => record.permissions.includes(s))) {
      return { kind: "missing_scope", policies };
    }
    const lastUsedAtMs = stored.lastUsedAtMs;
    this.#touch(stored, nowMs);
    return {
      kind: "admitted",
      key: record,
      lastUsedAtMs,
      policies,
      recheck: nowMs - stored.checkedAtMs > recheckMs,
      idempotency: request.idempotency ? this.#begin(request.idempotency, nowMs) : { kind: "none" },
    };
  }

  /** Counts one request of a session at the console; nothing of it is kept beyond the minute. */
  countSession(sessionId: string, limit: number): { allowed: boolean; retryAfterSeconds: number } {
    const nowMs = Date.now();
    const known = this.#sessionWindows.get(sessionId);
    const verdict = useRateWindow(known, limit, minuteMs, nowMs);
    if (!known && this.#sessionWindows.size >= sessionWindowsMax) this.#sessionWindows.clear();
    this.#sessionWindows.set(sessionId, verdict.window);
    return { allowed: verdict.allowed, retryAfterSeconds: verdict.resetSeconds };
  }

  /**
   * Ends a begun request: with an answer to replay, or (`null`) released, so that a retry resumes
   * the work. Ignored when another run has taken the request over.
   */
  settle(
    requestKey: string,
    token: string,
    answer: { status: number; sealedBody: string } | null,
  ): void {
    if (this.#running.get(requestKey)?.token !== token) return;
    this.#running.delete(requestKey);
    if (answer) requests.finishRequest(this.#sql, requestKey, answer.status, answer.sealedBody);
  }

  /** Ends a begun request as if it had never come: its input was wrong, so it did nothing. */
  forget(requestKey: string, token: string): void {
    if (this.#running.get(requestKey)?.token !== token) return;
    this.#running.delete(requestKey);
    requests.forgetRequest(this.#sql, requestKey);
  }

  /** Takes a key's record from the store. A revoked key never comes back to life. */
  learn(record: keys.KeyRecord): void {
    this.#open();
    const nowMs = Date.now();
    const before = this.#find(record.hash);
    const revoked = before?.record.status === "revoked" || record.status === "revoked";
    const next: keys.KeyRecord = { ...record, status: revoked ? "revoked" : "active" };
    keys.writeKey(this.#sql, next, nowMs);
    const lastUsedAtMs = before?.lastUsedAtMs ?? null;
    this.#known.set(record.hash, { record: next, checkedAtMs: nowMs, lastUsedAtMs });
  }

  /** Times of last use by key hash, for the operator's list of keys. */
  lastUses(hashes: readonly string[]): Record<string, number> {
    const found = hashes.flatMap((hash) => {
      const lastUsedAtMs = this.#find(hash)?.lastUsedAtMs;
      return lastUsedAtMs ? [[hash, lastUsedAtMs] as const] : [];
    });
    return Object.fromEntries(found);
  }

  /** Kept answers whose sealed text does not begin with `prefix`, a part of them behind `after`. */
  answersSealedElsewhere(prefix: string, after: string): requests.KeptAnswer[] {
    if (this.#version === 0) return [];
    return requests.readAnswersSealedElsewhere(this.#sql, prefix, after, answersResealedTogether);
  }

  /** Puts answers that were sealed anew in the place of those read; how many were still there. */
  replaceAnswers(changes: readonly { before: requests.KeptAnswer; sealedBody: string }[]): number {
    if (this.#version === 0) return 0;
    return changes.filter((each) => requests.replaceAnswer(this.#sql, each.before, each.sealedBody))
      .length;
  }

  override async alarm(): Promise<void> {
    keys.forgetMonthsBefore(this.#sql, monthOf(Date.now()));
    const next = requests.purgeRequests(this.#sql, Date.now());
    if (next !== null) await this.ctx.storage.setAlarm(next);
  }

  #open(): void {
    if (this.#version === migrations.length) return;
    migrate(this.ctx.storage, migrations);
    this.#version = migrations.length;
  }

  #find(hash: string): keys.StoredKey | null {
    const known = this.#known.get(hash);
    if (known || this.#version === 0) return known ?? null;
    const stored = keys.readKey(this.#sql, hash);
    if (stored) this.#known.set(hash, stored);
    return stored;
  }

  #mayLookUp(nowMs: number): boolean {
    const verdict = useRateWindow(this.#lookups, unknownKeyLookupsPerMinute, minuteMs, nowMs);
    this.#lookups = verdict.window;
    return verdict.allowed;
  }

  #refusal(
    { record, lastUsedAtMs }: keys.StoredKey,
    ip: string,
    nowMs: number,
  ): "revoked" | "expired" | "ip_not_allowed" | null {
    if (record.status === "revoked") return "revoked";
    const { inactive_ttl_days: ttlDays, allowed_ip_list: allowed } = record.controls;
    const idleSinceMs = lastUsedAtMs ?? record.createdAtMs;
    if (ttlDays !== null && nowMs - idleSinceMs > ttlDays * dayMs) return "expired";
    if (allowed.length > 0 && !ipInRanges(ip, allowed)) return "ip_not_allowed";
    return null;
  }

  #month(record: keys.KeyRecord, nowMs: number): MonthVerdict {
    const quota = record.controls.monthly_quota;
    if (quota === null) return { allowed: true, policy: null };
    const used = keys.readMonthlyUse(this.#sql, record.keyId, monthOf(nowMs));
    const { startMs, endMs } = monthBounds(nowMs);
    const policy: Policy = {
      name: "month",
      limit: quota,
      windowSeconds: Math.round((endMs - startMs) / 1_000),
      remaining: Math.max(0, quota - used),
      resetSeconds: Math.max(1, Math.ceil((endMs - nowMs) / 1_000)),
    };
    return { allowed: used < quota, policy };
  }

  #touch(stored: keys.StoredKey, nowMs: number): void {
    const { hash } = stored.record;
    const persistedAtMs = this.#persistedUse.get(hash) ?? stored.lastUsedAtMs ?? 0;
    if (nowMs - persistedAtMs >= lastUseEveryMs) {
      keys.writeLastUse(this.#sql, hash, nowMs);
      this.#persistedUse.set(hash, nowMs);
    }
    this.#known.set(hash, { ...stored, lastUsedAtMs: nowMs });
  }

  #begin(
    { requestKey, fingerprint }: { requestKey: string; fingerprint: string },
    nowMs: number,
  ): IdempotencyVerdict {
    const record = requests.readRequest(this.#sql, requestKey, nowMs);
    if (record && record.fingerprint !== fingerprint) return { kind: "reused" };
    if (record?.finished) return { kind: "finished", ...record.finished };
    const running = this.#running.get(requestKey);
    if (running && nowMs - running.startedAtMs < requestLeaseMs) return { kind: "in_progress" };
    // A record without a live run was cut off by a crash or a 5xx: the retry takes it over. That is
    // safe because every write finds its own earlier work by its request key in the store.
    const token = newUuid();
    this.#running.set(requestKey, { token, startedAtMs: nowMs });
    const expiresAtMs = record?.expiresAtMs ?? nowMs + idempotencyKeptMs;
    if (!record) {
      requests.beginRequest(this.#sql, requestKey, fingerprint, expiresAtMs);
      void this.#wakeAt(expiresAtMs);
    }
    return { kind: "begun", token, begunAtMs: expiresAtMs - idempotencyKeptMs };
  }

  async #wakeAt(timeMs: number): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(timeMs);
  }
}

function minutePolicy(verdict: ReturnType<typeof useRateWindow>): Policy {
  const { limit, remaining, resetSeconds } = verdict;
  return { name: "minute", limit, windowSeconds: 60, remaining, resetSeconds };
}

function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7);
}

function monthBounds(nowMs: number): { startMs: number; endMs: number } {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
}
