import { DurableObject } from "cloudflare:workers";
import { dayMs, minuteMs, systemClock } from "../src/lib/clock.ts";
import { type RateVerdict, type RateWindow, useRateWindow } from "../src/lib/rate-window.ts";
import { type PumaLimits, readPumaLimits } from "../src/puma/limits.ts";
import { rowIdSource } from "../src/puma/rows/rules/row-id.ts";
import { isPumaFault } from "../src/puma/rules/code.ts";
import type { LinkOutcome, LinkRequest } from "../src/puma/rules/link.ts";
import {
  type AccountOperation,
  type Executed,
  type KeyRecord,
  type NewKey,
  type RateClass,
  type RateState,
  rateClassOf,
} from "../src/puma/rules/operation.ts";
import { migrate, tablesVersion } from "./storage/migrate.ts";
import { pumaAccountMigrations } from "./storage/puma-account-migrations.ts";
import { runOperation } from "./storage/puma-account-operations.ts";
import { deleteExpired, hasExpiring } from "./storage/puma-expiry.ts";
import * as keys from "./storage/puma-keys.ts";
import { throughLink } from "./storage/puma-link-operations.ts";
import { deletePageLinksOf } from "./storage/puma-page-links.ts";

/**
 * One pumaDB account: its keys, rate windows, tables, rows and versions. One request is one call of
 * `execute`, which decides and writes in one go without awaiting, so requests never interleave. Rate
 * windows and the exact time of a key's last use are in memory: an idle object stays longer than their
 * minute, and losing them (to a deploy, say) only ever lets a key do more, once.
 */
const rateWindowMs = minuteMs;
/** A key's last use is written at most this often. */
const useRecordedEveryMs = minuteMs;
const cleanUpEveryMs = dayMs;
/** Windows of links are forgotten together when there are so many. */
const linkWindowsMax = 1_000;

type KeyState = {
  record: KeyRecord;
  usedAtMs: number | null;
  useRecordedAtMs: number;
  windows: Partial<Record<RateClass, RateWindow>>;
};

export class PumaAccount extends DurableObject<Record<string, unknown>> {
  readonly #sql: SqlStorage;
  readonly #limits: PumaLimits;
  readonly #newRowId = rowIdSource();
  readonly #linkWindows = new Map<string, RateWindow>();
  readonly #keysByHash = new Map<string, KeyState>();
  #isOpen: boolean;
  #cleanUpIsSet = false;
  #nextTurn: Promise<void> | undefined;

  constructor(ctx: DurableObjectState, env: Record<string, unknown>) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#limits = readPumaLimits(env);
    this.#isOpen = tablesVersion(this.#sql) > 0;
    if (this.#isOpen) migrate(ctx.storage, pumaAccountMigrations);
  }

  /**
   * Proves the key, uses up its rate and runs the operation in one transaction. An account that was
   * never opened knows no key and writes nothing.
   */
  async execute(keyHash: string, operation: AccountOperation): Promise<Executed> {
    const rateClass = rateClassOf(operation);
    if (rateClass === "writes") await this.#sharedTurn();
    const nowMs = systemClock();
    const key = this.#keyInForce(keyHash);
    if (!key) {
      const message = "The API key is unknown or revoked";
      return { ok: false, rate: null, failure: { code: "unauthorized", message } };
    }
    this.#recordUse(keyHash, key, nowMs);
    const { allowed, rate } = this.#useRate(key, rateClass, nowMs);
    if (!allowed) {
      const message = `At most ${rate.limit} ${rate.rateClass} a minute for each key`;
      return { ok: false, rate, failure: { code: "rate_limited", message } };
    }
    const executed = this.#run(operation, rate, key.record.id, nowMs);
    if (rateClass === "writes") await this.#ensureCleanUp(nowMs);
    return executed;
  }

  /**
   * Adds the key of a sign-in, opening the account if this is its first. At the cap the sign-in key
   * used longest ago makes room, so that nobody is locked out.
   */
  async addSignInKey(key: NewKey): Promise<void> {
    const nowMs = systemClock();
    migrate(this.ctx.storage, pumaAccountMigrations);
    this.#isOpen = true;
    this.ctx.storage.transactionSync(() => {
      if (keys.countKeys(this.#sql, true) >= this.#limits.keysMax) {
        const stalest = keys.stalestSignInKey(this.#sql);
        if (stalest !== undefined) {
          keys.revokeKey(this.#sql, stalest, nowMs);
          deletePageLinksOf(this.#sql, stalest);
        }
        this.#forgetKey(stalest);
      }
      keys.insertKey(this.#sql, key, true, nowMs);
    });
  }

  /**
   * Does what someone who holds a link asks, in one transaction. Links have no key; each has the rates
   * of one.
   */
  async throughLink(linkId: string, request: LinkRequest): Promise<LinkOutcome> {
    if (!this.#isOpen) return { kind: "ended" };
    const nowMs = systemClock();
    const reads = request.kind === "view" || request.kind === "download";
    const use = this.#useLinkRate(linkId, reads ? "reads" : "writes", nowMs);
    if (!use.allowed) return { kind: "busy", resetSeconds: use.resetSeconds };
    const work = { sql: this.#sql, limits: this.#limits, newRowId: this.#newRowId, nowMs };
    try {
      const outcome = this.ctx.storage.transactionSync(() => throughLink(work, linkId, request));
      if (!reads) await this.#ensureCleanUp(nowMs);
      return outcome;
    } catch (error) {
      if (!isPumaFault(error)) throw error;
      const { code, message, details } = error;
      return { kind: "refused", failure: { code, message, ...(details ? { details } : {}) } };
    }
  }

  /** Takes back a sign-in key that nobody was shown. */
  async withdrawSignInKey(keyHash: string): Promise<void> {
    if (this.#isOpen) keys.deleteKey(this.#sql, keyHash);
  }

  /** Deletes what may no longer be seen, and comes back for as long as something will expire. */
  override async alarm(): Promise<void> {
    this.#cleanUpIsSet = false;
    if (!this.#isOpen) return;
    const nowMs = systemClock();
    this.ctx.storage.transactionSync(() => deleteExpired(this.#sql, this.#limits, nowMs));
    if (hasExpiring(this.#sql)) await this.#ensureCleanUp(nowMs);
  }

  /**
   * Gathers the writes that arrive together into one turn of the event loop, in their order. The
   * platform commits once for each turn, so they share one wait for the disk.
   */
  #sharedTurn(): Promise<void> {
    this.#nextTurn ??= new Promise((resolve) => {
      setTimeout(() => {
        this.#nextTurn = undefined;
        resolve();
      }, 0);
    });
    return this.#nextTurn;
  }

  #keyInForce(hash: string): KeyState | undefined {
    const known = this.#keysByHash.get(hash);
    if (known || !this.#isOpen) return known;
    const record = keys.findKey(this.#sql, hash);
    if (!record) return undefined;
    const usedAtMs = record.lastUsedAtMs;
    const state = { record, usedAtMs, useRecordedAtMs: usedAtMs ?? 0, windows: {} };
    this.#keysByHash.set(hash, state);
    return state;
  }

  #forgetKey(id: string | undefined): void {
    for (const [hash, state] of this.#keysByHash) {
      if (state.record.id === id) this.#keysByHash.delete(hash);
    }
  }

  #recordUse(hash: string, key: KeyState, nowMs: number): void {
    key.usedAtMs = nowMs;
    if (nowMs < key.useRecordedAtMs + useRecordedEveryMs) return;
    keys.recordUse(this.#sql, hash, nowMs);
    key.useRecordedAtMs = nowMs;
  }

  #useRate(
    key: KeyState,
    rateClass: RateClass,
    nowMs: number,
  ): { allowed: boolean; rate: RateState } {
    const { readsPerMinute, writesPerMinute } = this.#limits;
    const limit = rateClass === "reads" ? readsPerMinute : writesPerMinute;
    const verdict = useRateWindow(key.windows[rateClass], limit, rateWindowMs, nowMs);
    key.windows[rateClass] = verdict.window;
    const { allowed, remaining, resetSeconds } = verdict;
    return { allowed, rate: { rateClass, limit, remaining, resetSeconds } };
  }

  #useLinkRate(linkId: string, rateClass: RateClass, nowMs: number): RateVerdict {
    const { readsPerMinute, writesPerMinute } = this.#limits;
    const limit = rateClass === "reads" ? readsPerMinute : writesPerMinute;
    const name = `${linkId} ${rateClass}`;
    const verdict = useRateWindow(this.#linkWindows.get(name), limit, rateWindowMs, nowMs);
    if (this.#linkWindows.size >= linkWindowsMax) this.#linkWindows.clear();
    this.#linkWindows.set(name, verdict.window);
    return verdict;
  }

  /**
   * What writes runs in a transaction that a Fault undoes. An add needs none of its own: it throws
   * before its first write, and the writes of one turn reach the disk together or not at all.
   */
  #run(operation: AccountOperation, rate: RateState, keyId: string, nowMs: number): Executed {
    const work = {
      sql: this.#sql,
      limits: this.#limits,
      newRowId: this.#newRowId,
      nowMs,
      keyId,
      lastUseOf: (id: string) => this.#lastUseOf(id),
    };
    try {
      const value =
        rate.rateClass === "reads" || operation.kind === "add"
          ? runOperation(work, operation)
          : this.ctx.storage.transactionSync(() => runOperation(work, operation));
      if (operation.kind === "revokeKey") this.#forgetKey(operation.id);
      return { ok: true, rate, value };
    } catch (error) {
      if (!isPumaFault(error)) throw error;
      const { code, message, details } = error;
      return { ok: false, rate, failure: { code, message, ...(details ? { details } : {}) } };
    }
  }

  #lastUseOf(id: string): number | null {
    for (const { record, usedAtMs } of this.#keysByHash.values()) {
      if (record.id === id) return usedAtMs;
    }
    return null;
  }

  async #ensureCleanUp(nowMs: number): Promise<void> {
    if (this.#cleanUpIsSet) return;
    this.#cleanUpIsSet = true;
    const alarm = await this.ctx.storage.getAlarm();
    if (alarm === null) await this.ctx.storage.setAlarm(nowMs + cleanUpEveryMs);
  }
}
