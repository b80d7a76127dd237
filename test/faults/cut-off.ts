import { createHash } from "node:crypto";
import type { World } from "./world.ts";

/**
 * Works of the Worker that are each held before a statement of their own, and then lose the Worker
 * all at once. What belongs to which work is told by the values of its statements to the store, and
 * on a server by the mark of its database, which begins each session.
 */
export type Statement = { text: string; step: string | null };

/**
 * Before a step is recorded, before the first thing after that, before a work's n-th statement, or
 * before the first of a kind that belongs to no work.
 */
export type Place = { step: string; at: "record" | "work" } | { nth: number } | { first: RegExp };

export type Work = {
  /** Names, keys and ids that stand in its statements alone. */
  tokens: Set<string>;
  place: Place | null;
  seen: Statement[];
  /** The statement that it is held before, and that never ran. */
  heldBefore: Statement | null;
};

export type CutOff = {
  onStoreStatement(text: string, values: unknown[]): Promise<void>;
  onFleetStatement(text: string, connection: object): Promise<void>;
  /**
   * From now on these works are followed. Databases that are begun for the pool become works of the
   * `builds` places, one after the other.
   */
  follow(works: Work[], builds: (Place | null)[]): void;
  works(): readonly Work[];
  /** Whether all are held that have a place to be held at. */
  isComplete(): boolean;
  /** Since when nothing has been asked, and since when something is held, by `performance.now()`. */
  quietSinceMs(): number;
  heldSinceMs(): number | null;
  /** Kills the Worker; nothing that it asked for is done any more. */
  kill(): void;
  isDead(): boolean;
  /** Follows nothing; the Worker may live again. */
  forget(): void;
};

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const markPattern = /\b[0-9a-f]{32}\b/;

export function newWork(tokens: Iterable<string>, place: Place | null): Work {
  return { tokens: new Set(tokens), place, seen: [], heldBefore: null };
}

/** `secrets` are mixed into the marks of some server; `steps` are the names to look for. */
export function followWorks(
  world: () => World,
  steps: ReadonlySet<string>,
  secret: () => string,
): CutOff {
  let works: Work[] = [];
  let waiting: (Place | null)[] = [];
  let sessions = new WeakMap<object, Work>();
  let marks = new Map<string, Work>();
  let death = Promise.withResolvers<never>();
  let isDead = false;
  let isFollowing = false;
  let quietSinceMs = 0;
  let heldSinceMs: number | null = null;

  function knownBy(values: readonly string[]): Work | undefined {
    return works.find(({ tokens }) => values.some((value) => tokens.has(value)));
  }

  /** Looks up whose databases and operations there are. */
  async function learn(): Promise<void> {
    const rows = await world().store(`SELECT d.uuid, d.name, d.status, o.id, o.kind
      FROM operations o JOIN databases d ON d.id = o.database_id ORDER BY o.seq DESC LIMIT 100`);
    for (const row of rows) {
      const [uuid, id, name] = [String(row.uuid), String(row.id), String(row.name)];
      let work = knownBy([uuid, id, name]);
      if (!work && row.kind === "build_pooled" && row.status === "building") {
        const place = waiting.shift();
        if (place === undefined) continue;
        work = newWork([], place);
        works.push(work);
      }
      if (!work) continue;
      work.tokens.add(uuid).add(id);
      for (const text of [uuid, `${secret()} ${uuid}`]) {
        marks.set(createHash("sha256").update(text).digest("hex").slice(0, 32), work);
      }
    }
  }

  async function pass(work: Work | undefined, statement: Statement): Promise<void> {
    if (isDead) return await death.promise;
    if (!work) return;
    work.seen.push(statement);
    if (work.heldBefore === null && !isAt(work)) return;
    work.heldBefore ??= statement;
    heldSinceMs ??= performance.now();
    await death.promise;
  }

  return {
    async onStoreStatement(text, values) {
      quietSinceMs = performance.now();
      if (!isFollowing || !/\b(INSERT|UPDATE|DELETE)\b/.test(text))
        return await pass(undefined, other);
      const texts = values.filter((value) => typeof value === "string");
      const ids = texts.filter((value) => uuidPattern.test(value));
      let work = knownBy(texts);
      if (!work && ids.length > 0) {
        await learn();
        work = knownBy(texts);
      }
      for (const id of ids) work?.tokens.add(id);
      work ??= works.find(({ place }) => place && "first" in place && place.first.test(text));
      await pass(work, { text, step: texts.find((value) => steps.has(value)) ?? null });
    },
    async onFleetStatement(text, connection) {
      quietSinceMs = performance.now();
      const [mark] = isFollowing ? (markPattern.exec(text) ?? []) : [];
      if (mark && !sessions.has(connection)) {
        if (!marks.has(mark)) await learn();
        const work = marks.get(mark);
        if (work) sessions.set(connection, work);
      }
      await pass(sessions.get(connection), { text, step: null });
    },
    follow(followed, builds) {
      works = [...followed];
      waiting = [...builds];
      isFollowing = true;
      quietSinceMs = performance.now();
    },
    works: () => works,
    isComplete() {
      const aimed = works.filter(({ place }) => place !== null);
      return waiting.every((place) => place === null) && aimed.every((work) => work.heldBefore);
    },
    quietSinceMs: () => quietSinceMs,
    heldSinceMs: () => heldSinceMs,
    kill() {
      isDead = true;
      world().kill();
      // Nobody may be waiting.
      death.promise.catch(() => {});
      death.reject(new Error("The one who asked is dead"));
    },
    isDead: () => isDead,
    forget() {
      works = [];
      waiting = [];
      sessions = new WeakMap();
      marks = new Map();
      death = Promise.withResolvers();
      isDead = false;
      isFollowing = false;
      heldSinceMs = null;
    },
  };
}

const other: Statement = { text: "", step: null };

/** Whether the last statement that was seen is the one to stop before. */
function isAt({ place, seen }: Work): boolean {
  if (place === null) return false;
  if ("first" in place) return true;
  if ("nth" in place) return seen.length === place.nth;
  if (place.at === "record") return seen.at(-1)?.step === place.step;
  return seen.slice(0, -1).some(({ step }) => step === place.step);
}
