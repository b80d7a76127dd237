import { DurableObject } from "cloudflare:workers";
import { dayMs, minuteMs, systemClock } from "../src/lib/clock.ts";
import { useRateWindow } from "../src/lib/rate-window.ts";
import { type PumaLimits, readPumaLimits } from "../src/puma/limits.ts";
import { rowIdSource } from "../src/puma/rows/rules/row-id.ts";
import type { LinkOutcome, LinkRequest, RowRequest } from "../src/puma/rules/link.ts";
import type { OauthRecordAnswer, OauthRecordRequest } from "../src/puma/rules/oauth-record.ts";
import {
  type AccountOperation,
  type Executed,
  type KeyRecord,
  type NewKey,
  type RateClass,
  type RateState,
  rateClassOf,
} from "../src/puma/rules/operation.ts";
import { failureOf, madeLink, unauthorized } from "./executed.ts";
import { RateWindows, type Windows } from "./rate-windows.ts";
import { migrate, tablesVersion } from "./storage/migrate.ts";
import { deleteExpired, hasExpiring } from "./storage/puma-account/expiry.ts";
import * as keys from "./storage/puma-account/keys.ts";
import { throughLink, withRow } from "./storage/puma-account/link-operations.ts";
import { pumaAccountMigrations } from "./storage/puma-account/migrations.ts";
import {
  grantRecord,
  hasGrant,
  noOauthRecords,
  runOauthRecords,
} from "./storage/puma-account/oauth-records.ts";
import { runOperation } from "./storage/puma-account/operations.ts";
import { deletePageLinksOf } from "./storage/puma-account/page-links.ts";

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

type KeyState = {
  record: KeyRecord;
  usedAtMs: number | null;
  useRecordedAtMs: number;
  windows: Windows;
};

/** In whose name an operation runs: links keep `id`, so they end with it. */
type Actor = { id: string; windows: Windows; called: string };

export class PumaAccount extends DurableObject<Record<string, unknown>> {
  readonly #sql: SqlStorage;
  readonly #limits: PumaLimits;
  readonly #newRowId = rowIdSource();
  readonly #linkWindows = new RateWindows();
  readonly #grantWindows = new RateWindows();
  readonly #sessionWindows = new RateWindows();
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
    if (!key) return unauthorized("The API key is unknown or revoked");
    this.#recordUse(keyHash, key, nowMs);
    const actor = { id: key.record.id, windows: key.windows, called: "key" };
    return await this.#executeAs(actor, operation, nowMs);
  }

  /**
   * The same for a grant of the authorization server, which has proven it; each has the rates of a key.
   */
  async executeForGrant(grantId: string, operation: AccountOperation): Promise<Executed> {
    if (rateClassOf(operation) === "writes") await this.#sharedTurn();
    const nowMs = systemClock();
    if (!this.#isOpen || !hasGrant(this.#sql, grantId, nowMs)) {
      return unauthorized("The client was disconnected");
    }
    const actor = {
      id: grantRecord(grantId),
      windows: this.#grantWindows.of(grantId),
      called: "client",
    };
    return await this.#executeAs(actor, operation, nowMs);
  }

  /** The same for a session of whom the account is of, who was proven. The first opens the account. */
  async executeForSession(sessionId: string, operation: AccountOperation): Promise<Executed> {
    if (rateClassOf(operation) === "writes") await this.#sharedTurn();
    this.#open();
    const id = `session:${sessionId}`;
    const actor = { id, windows: this.#sessionWindows.of(sessionId), called: "session" };
    return await this.#executeAs(actor, operation, systemClock());
  }

  /** Shows or changes one row for such a session, as someone with a link to the row could. */
  async rowForSession(
    sessionId: string,
    row: { table: string; id: string },
    request: RowRequest,
  ): Promise<LinkOutcome> {
    this.#open();
    const windows = this.#sessionWindows.of(sessionId);
    return await this.#withRate(windows, request, (work) => withRow(work, row, request));
  }

  /** Whether the key would be let in now. Uses up nothing and writes nothing. */
  async isKeyInForce(keyHash: string): Promise<boolean> {
    return this.#keyInForce(keyHash) !== undefined;
  }

  /** Keeps grants and tokens. The first grant opens the account; with a grant its links end. */
  async oauthRecords(request: OauthRecordRequest): Promise<OauthRecordAnswer> {
    if (!this.#isOpen) {
      if (request.kind !== "write") return noOauthRecords(request);
      this.#open();
    }
    const nowMs = systemClock();
    const run = () => runOauthRecords(this.#sql, request, nowMs);
    const answer = this.ctx.storage.transactionSync(run);
    if (request.kind === "write") await this.#ensureCleanUp(nowMs);
    return answer;
  }

  /**
   * Adds the key of a sign-in, opening the account if this is its first. At the cap the sign-in key
   * used longest ago makes room, so that nobody is locked out.
   */
  async addSignInKey(key: NewKey): Promise<void> {
    const nowMs = systemClock();
    this.#open();
    const hasMadeRoom = this.ctx.storage.transactionSync(() => {
      const isFull = keys.countKeys(this.#sql, true) >= this.#limits.keysMax;
      if (isFull) this.#revokeStalestSignInKey(nowMs);
      keys.insertKey(this.#sql, key, true, nowMs);
      return isFull;
    });
    if (hasMadeRoom) await this.#ensureCleanUp(nowMs);
  }

  #revokeStalestSignInKey(nowMs: number): void {
    const stalest = keys.stalestSignInKey(this.#sql);
    if (stalest === undefined) return;
    keys.revokeKey(this.#sql, stalest, nowMs);
    deletePageLinksOf(this.#sql, stalest);
    this.#forgetKey(stalest);
  }

  /**
   * Does what someone who holds a link asks, in one transaction. Links have no key; each has the rates
   * of one.
   */
  async throughLink(linkId: string, request: LinkRequest): Promise<LinkOutcome> {
    if (!this.#isOpen) return { kind: "ended" };
    const windows = this.#linkWindows.of(linkId);
    return await this.#withRate(windows, request, (work) => throughLink(work, linkId, request));
  }

  async #withRate(
    windows: Windows,
    request: LinkRequest,
    run: (work: Parameters<typeof throughLink>[0]) => LinkOutcome,
  ): Promise<LinkOutcome> {
    const nowMs = systemClock();
    const reads = request.kind === "view" || request.kind === "download";
    const { allowed, rate } = this.#useRate(windows, reads ? "reads" : "writes", nowMs);
    if (!allowed) return { kind: "busy", resetSeconds: rate.resetSeconds };
    const work = { sql: this.#sql, limits: this.#limits, newRowId: this.#newRowId, nowMs };
    try {
      const outcome = this.ctx.storage.transactionSync(() => run(work));
      if (!reads) await this.#ensureCleanUp(nowMs);
      return outcome;
    } catch (error) {
      return { kind: "refused", failure: failureOf(error) };
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

  async #executeAs(actor: Actor, operation: AccountOperation, nowMs: number): Promise<Executed> {
    const rateClass = rateClassOf(operation);
    const { allowed, rate } = this.#useRate(actor.windows, rateClass, nowMs);
    if (!allowed) {
      const message = `At most ${rate.limit} ${rate.rateClass} a minute for each ${actor.called}`;
      return { ok: false, rate, failure: { code: "rate_limited", message } };
    }
    const executed = this.#run(operation, rate, actor.id, nowMs);
    if (rateClass === "writes" || madeLink(executed)) await this.#ensureCleanUp(nowMs);
    return executed;
  }

  #open(): void {
    if (this.#isOpen) return;
    migrate(this.ctx.storage, pumaAccountMigrations);
    this.#isOpen = true;
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
    windows: Windows,
    rateClass: RateClass,
    nowMs: number,
  ): { allowed: boolean; rate: RateState } {
    const { readsPerMinute, writesPerMinute } = this.#limits;
    const limit = rateClass === "reads" ? readsPerMinute : writesPerMinute;
    const verdict = useRateWindow(windows[rateClass], limit, rateWindowMs, nowMs);
    windows[rateClass] = verdict.window;
    const { allowed, remaining, resetSeconds } = verdict;
    return { allowed, rate: { rateClass, limit, remaining, resetSeconds } };
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
      return { ok: false, rate, failure: failureOf(error) };
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
