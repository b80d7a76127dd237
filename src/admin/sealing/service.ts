import type { Store } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import { newestPrefix, type Sealer, sealingKeyOf } from "../../lib/sealed.ts";
import { invalidField } from "../../polykomos/dialect.ts";
import { answerContext } from "../../polykomos/pipeline.ts";
import { nameOf, type SealedColumn, type SealingKey, sealedColumns } from "./sealed-columns.ts";
import * as store from "./store.ts";

/**
 * Sealing everything anew with the newest key of the ring, so that an older one can be taken out. In
 * steps that a caller repeats: each says where the next begins. What is done stays done, so a run that
 * broke off may be begun again anywhere, and two at once do no harm.
 */
type KeptAnswer = { requestKey: string; sealedBody: string };

export type SealingDeps = {
  store: Store;
  sealer: Sealer;
  clock: Clock;
  log: Log;
  gateOf(accountId: string): {
    answersSealedElsewhere(prefix: string, after: string): Promise<KeptAnswer[]>;
    replaceAnswers(changes: { before: KeptAnswer; sealedBody: string }[]): Promise<number>;
  } | null;
};

type Resealed = {
  place: string;
  resealed: number;
  /** Texts that do not open: their key is missing, or they were changed. */
  unreadable: number;
  /** Where the next step begins; `null` after the last. */
  next: string | null;
};

/** Kept answers are in the accounts' gates, behind all that is in the store. */
const answersPlace = "answers";
/** Gates asked in one step. */
const accountsTogether = 25;
const keyShapes = {
  bigint: /^\d{1,18}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
} as const;
const userIdShape = /^\d{1,9}$/;

/** Each key with what it has sealed in the store; kept answers are not counted. */
export async function listSealingKeys(deps: SealingDeps): Promise<SealingKey[]> {
  const counts = await store.countSealed(deps.store, sealedColumns);
  const { keyIds } = deps.sealer;
  const ids = new Set([...keyIds, ...counts.map((count) => count.key_id)]);
  return [...ids].map((id) => ({
    id,
    state: id === keyIds[0] ? "newest" : keyIds.includes(id) ? "older" : "missing",
    places: counts
      .filter((count) => count.key_id === id)
      .map(({ table, column, texts }) => ({ name: `${table}.${column}`, texts })),
  }));
}

/** One step. Faults: `invalid_field` for a place that there is not. */
export async function resealNext(
  deps: SealingDeps,
  startingAfter: string | null,
  requestId: string,
): Promise<Resealed> {
  const { index, after } = readCursor(startingAfter);
  for (const [offset, place] of sealedColumns.slice(index).entries()) {
    const step = await resealRows(deps, place, offset === 0 ? after : null, requestId);
    if (step) return step;
  }
  const isAnswers = index === sealedColumns.length;
  return await resealAnswers(deps, isAnswers ? Number(after ?? 0) : 0);
}

/** A cursor is the name of a place, and the key behind which its rows are still to be looked at. */
function readCursor(text: string | null): { index: number; after: string | null } {
  if (text === null) return { index: 0, after: null };
  const [name = "", after = ""] = text.split(":");
  const index = sealedColumns.findIndex((place) => nameOf(place) === name);
  const column = sealedColumns[index];
  if (column && keyShapes[column.keyType].test(after)) return { index, after };
  if (name === answersPlace && userIdShape.test(after)) {
    return { index: sealedColumns.length, after };
  }
  throw invalidField("starting_after", "must be the `next` of a step before");
}

/** Rows of one column; `null` when there are none to be sealed anew. */
async function resealRows(
  deps: SealingDeps,
  place: SealedColumn,
  after: string | null,
  requestId: string,
): Promise<Resealed | null> {
  const [newest] = deps.sealer.keyIds;
  const rows = await store.readSealedElsewhere(deps.store, place, newest, after);
  const last = rows.at(-1);
  if (!last) return null;
  const name = nameOf(place);
  const changes = await Promise.all(
    rows.map(async ({ key, about, sealed: before }) => {
      const sealed = await resealed(deps, before, place.context(about), { place: name, key });
      return sealed === null ? [] : [{ key, before, after: sealed }];
    }),
  );
  const readable = changes.flat();
  const act = { action: "sealed.reseal", requestId, now: new Date(deps.clock()) };
  return {
    place: name,
    resealed: await store.replaceSealed(deps.store, place, readable, act),
    unreadable: rows.length - readable.length,
    next: `${name}:${last.key}`,
  };
}

async function resealAnswers(deps: SealingDeps, afterUserId: number): Promise<Resealed> {
  const accounts = await store.listAccounts(deps.store, afterUserId, accountsTogether);
  const counts = await Promise.all(accounts.map((each) => resealGate(deps, each.account_id)));
  const isLast = accounts.length < accountsTogether;
  return {
    place: answersPlace,
    resealed: counts.reduce((sum, count) => sum + count.resealed, 0),
    unreadable: counts.reduce((sum, count) => sum + count.unreadable, 0),
    next: isLast ? null : `${answersPlace}:${accounts.at(-1)?.id}`,
  };
}

async function resealGate(deps: SealingDeps, accountId: string) {
  const count = { resealed: 0, unreadable: 0 };
  const gate = deps.gateOf(accountId);
  if (!gate) return count;
  const prefix = newestPrefix(deps.sealer);
  for (let after = ""; ; ) {
    const answers = await gate.answersSealedElsewhere(prefix, after);
    const last = answers.at(-1);
    if (!last) return count;
    after = last.requestKey;
    const changes = await Promise.all(
      answers.map(async (before) => {
        const { requestKey: key, sealedBody } = before;
        const about = { place: answersPlace, key };
        const sealed = await resealed(deps, sealedBody, answerContext(key), about);
        return sealed === null ? [] : [{ before, sealedBody: sealed }];
      }),
    );
    const readable = changes.flat();
    count.unreadable += answers.length - readable.length;
    count.resealed += await gate.replaceAnswers(readable);
  }
}

/** The text sealed by the newest key; `null` when it does not open. */
async function resealed(
  { sealer, log }: SealingDeps,
  sealed: string,
  context: string,
  about: { place: string; key: string },
): Promise<string | null> {
  try {
    return await sealer.seal(await sealer.open(sealed, context), context);
  } catch {
    // Whatever it is that keeps it shut, the others are still to be done.
    log.warn("sealed_text_unreadable", { ...about, sealingKey: sealingKeyOf(sealed) });
    return null;
  }
}
