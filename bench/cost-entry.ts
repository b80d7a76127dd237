import worker, {
  PumaAccount as RealAccount,
  AccountGate as RealGate,
  PumaMailbox as RealMailbox,
} from "../src/index.ts";

/**
 * The Worker with everything counted that the platform sends a bill for. `GET /bench/use` tells the
 * sums since the start; objects and their Worker share an isolate here.
 */
type Env = Parameters<typeof worker.fetch>[1];
type Cursor = { rowsRead: number; rowsWritten: number };

const sums = {
  workerRequests: 0,
  objectRequests: 0,
  objectMs: 0,
  messages: 0,
  kvReads: 0,
  kvWrites: 0,
};
let cursors: Cursor[] = [];
let rowsRead = 0;
let rowsWritten = 0;
const watched = new WeakSet<object>();

/** Counts the statements of every object from the first object on: they share a prototype. */
function watch({ storage }: DurableObjectState): void {
  const sql = Object.getPrototypeOf(storage.sql);
  if (watched.has(sql)) return;
  watched.add(sql);
  const { exec } = sql;
  sql.exec = function counted(...values: unknown[]) {
    const cursor: Cursor = exec.apply(this, values);
    cursors.push(cursor);
    return cursor;
  };
  const alarms = Object.getPrototypeOf(storage);
  const { setAlarm } = alarms;
  alarms.setAlarm = function counted(...values: unknown[]) {
    // Billed as a row.
    rowsWritten++;
    return setAlarm.apply(this, values);
  };
}

/** A cursor counts as it is read, so the sums are made when they are asked for. */
function use() {
  for (const cursor of cursors) {
    rowsRead += cursor.rowsRead;
    rowsWritten += cursor.rowsWritten;
  }
  cursors = [];
  return { ...sums, objectRowsRead: rowsRead, objectRowsWritten: rowsWritten };
}

export class AccountGate extends RealGate {
  constructor(ctx: DurableObjectState, env: never) {
    watch(ctx);
    super(ctx, env);
  }
}

export class PumaAccount extends RealAccount {
  constructor(ctx: DurableObjectState, env: never) {
    watch(ctx);
    super(ctx, env);
  }
}

export class PumaMailbox extends RealMailbox {
  constructor(ctx: DurableObjectState, env: never) {
    watch(ctx);
    super(ctx, env);
  }
}

type Method = (...values: unknown[]) => unknown;

/** An object of the platform with some of its methods told of before they run. */
function told(
  target: object,
  before: (name: string, values: unknown[], run: () => unknown) => unknown,
) {
  return new Proxy(target, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name, of);
      if (typeof value !== "function" || typeof name !== "string") return value;
      return (...values: unknown[]) =>
        before(name, values, () => (of as Record<string, Method>)[name]?.(...values));
    },
  });
}

async function timed(run: () => unknown): Promise<unknown> {
  sums.objectRequests++;
  const begunAt = performance.now();
  try {
    return await run();
  } finally {
    sums.objectMs += performance.now() - begunAt;
  }
}

const objects = (namespace: object) =>
  told(namespace, (name, _, run) => {
    const made = run();
    return name === "getByName"
      ? told(made as object, (_name, _values, call) => timed(call))
      : made;
  });

const queue = (real: object) =>
  told(real, (name, [messages], run) => {
    sums.messages += name === "sendBatch" ? [...(messages as Iterable<unknown>)].length : 1;
    return run();
  });

const kv = (real: object) =>
  told(real, (name, _, run) => {
    if (name.startsWith("get")) sums.kvReads++;
    else sums.kvWrites++;
    return run();
  });

/** One per environment, for the Worker builds itself once for each that it sees. */
const environments = new WeakMap<object, Env>();

function counted(env: Env): Env {
  const known = environments.get(env);
  if (known) return known;
  const { ACCOUNT_GATE, PUMA_ACCOUNT, PUMA_MAILBOX, JOBS, DELIVERIES, OAUTH_KV } = env;
  const made = {
    ...env,
    ACCOUNT_GATE: objects(ACCOUNT_GATE),
    PUMA_ACCOUNT: objects(PUMA_ACCOUNT),
    PUMA_MAILBOX: objects(PUMA_MAILBOX),
    JOBS: queue(JOBS),
    DELIVERIES: queue(DELIVERIES),
    OAUTH_KV: kv(OAUTH_KV),
  } as Env;
  environments.set(env, made);
  return made;
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext) {
    if (request.url.endsWith("/bench/use")) return Response.json(use());
    sums.workerRequests++;
    return await worker.fetch(request as Parameters<typeof worker.fetch>[0], counted(env), ctx);
  },
  queue: (batch: MessageBatch<unknown>, env: Env) => worker.queue(batch, counted(env)),
};
