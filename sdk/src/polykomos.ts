import type { Client } from "openapi-fetch";
import { type AnyInput, type Calling, calling, methodsOf } from "./client.ts";
import { NoAnswerError, NotReadyError, PolypumaError } from "./errors.ts";
import {
  type components,
  type operations,
  type paths,
  polykomosOperations,
} from "./generated/polykomos.ts";
import { realTime } from "./retry.ts";
import type {
  CallOptions,
  ClientOptions,
  Input,
  Item,
  ListId,
  Methods,
  Operation,
} from "./types.ts";

export type { Code as PolykomosCode } from "./generated/polykomos.ts";

/** The named shapes of the API: `PolykomosSchemas["Database"]`. */
export type PolykomosSchemas = components["schemas"];

type Database = PolykomosSchemas["Database"];
type Entries = typeof polykomosOperations;
type Lists = ListId<operations, Entries>;

/** A client of Polykomos: a method for each operation, named by its operationId. */
export type Polykomos = Methods<operations, Entries> & {
  /** The items of a list, newest first, page by page as they are asked for. */
  each<Id extends Lists>(
    list: Id,
    ...input: Record<never, never> extends Input<operations[Id], Entries[Id]>
      ? [input?: Input<operations[Id], Entries[Id]>]
      : [input: Input<operations[Id], Entries[Id]>]
  ): AsyncGenerator<Item<operations[Id]>, void, undefined>;
  /**
   * Waits until a database takes logins, and returns it with its password. Throws a `NotReadyError`
   * when it was given up or deleted, and when `timeoutMs` (5 minutes) have passed.
   */
  waitUntilReady(uuid: string, options?: WaitOptions): Promise<Database>;
  /** openapi-fetch on the same paths: answers `{ data, error, response }` and throws no errors. */
  http: Client<paths>;
};

export type WaitOptions = {
  /** Milliseconds to wait at most. */
  timeoutMs?: number;
  /** Milliseconds between two looks. */
  everyMs?: number;
  signal?: AbortSignal;
};

/** Makes a client of the Polykomos API at `url`. */
export function createPolykomos(options: ClientOptions): Polykomos {
  const { http, call } = calling<paths>(polykomosOperations, options);
  const methods = methodsOf<operations, Entries>(polykomosOperations, call);
  return {
    ...methods,
    http,
    each: (list, ...[input]) => eachItem(call, polykomosOperations[list], anyInput(input)),
    waitUntilReady: (uuid, wait = {}) => waitUntilReady(methods, uuid, wait),
  };
}

/** Items that the API puts on a page at most. */
const pageItemsMax = 100;

async function* eachItem<Each>(
  call: Calling<paths>["call"],
  list: Operation & { cursor: string },
  input: AnyInput,
): AsyncGenerator<Each, void, undefined> {
  let after = {};
  for (;;) {
    const query = { limit: pageItemsMax, ...input.query, ...after };
    const { data, has_more } = pageOf<Each>(await call(list, { ...input, query }));
    yield* data;
    const last = data.at(-1);
    if (!has_more || last === undefined) return;
    after = { starting_after: cursorOf(last, list.cursor) };
  }
}

type Page<Each> = { data: Each[]; has_more: boolean };

/** The document says so of each operation that has a cursor. */
function pageOf<Each>(answer: unknown): Page<Each> {
  return answer as Page<Each>;
}

function cursorOf(item: unknown, field: string): unknown {
  return typeof item === "object" && item !== null ? Reflect.get(item, field) : undefined;
}

/** Every operation's input is one. */
function anyInput(input: unknown): AnyInput {
  return (input ?? {}) as AnyInput;
}

async function waitUntilReady(
  polykomos: Methods<operations, Entries>,
  uuid: string,
  { timeoutMs = 300_000, everyMs = 1_000, signal }: WaitOptions,
): Promise<Database> {
  const endsAtMs = realTime.now() + timeoutMs;
  for (;;) {
    // No look outlasts the wait, an outage with its retries included.
    const retry = { deadlineMs: Math.max(everyMs, endsAtMs - realTime.now()) };
    const database = await look(polykomos, uuid, { signal, retry }).catch((error: unknown) => {
      throw isTimeOver(error) ? notInTime(uuid, timeoutMs) : error;
    });
    if (database?.status === "active") return database;
    if (database?.status !== "provisioning") throw await whyNot(polykomos, uuid, database, signal);
    if (realTime.now() + everyMs > endsAtMs) throw notInTime(uuid, timeoutMs);
    await realTime.pause(everyMs, signal ?? new AbortController().signal);
  }
}

function isTimeOver(error: unknown): boolean {
  if (!(error instanceof NoAnswerError)) return false;
  return error.cause instanceof Error && error.cause.name === "TimeoutError";
}

function notInTime(uuid: string, timeoutMs: number): NotReadyError {
  return new NotReadyError(uuid, `The database is not ready after ${timeoutMs} ms`, null);
}

/** The database, or null when there is none. */
async function look(
  polykomos: Methods<operations, Entries>,
  uuid: string,
  options: CallOptions,
): Promise<Database | null> {
  try {
    return (await polykomos.getDatabase({ path: { uuid }, ...options })).data;
  } catch (error) {
    if (error instanceof PolypumaError && error.code === "not_found") return null;
    throw error;
  }
}

async function whyNot(
  polykomos: Methods<operations, Entries>,
  uuid: string,
  database: Database | null,
  signal: AbortSignal | undefined,
): Promise<NotReadyError> {
  if (database) return new NotReadyError(uuid, `The database is ${database.status}`, null);
  const { data } = await polykomos.listOperations({ query: { database_uuid: uuid }, signal });
  const failure = data.find(({ kind }) => kind === "create")?.error;
  if (!failure) return new NotReadyError(uuid, "There is no such database", null);
  return new NotReadyError(uuid, `The database was not made: ${failure.message}`, failure.code);
}
