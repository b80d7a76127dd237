import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { accountWith, newAccount, type PumaAnswer, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";
import { serverFolder } from "../support/server-folder.ts";

const kills = 20;
const batchSize = 7;
const roomy = { PUMA_ROWS_PER_TABLE_MAX: "1000000", PUMA_ACCOUNT_BYTES_MAX: "1000000000" };

type Acknowledged = { rows: string[]; batches: string[]; updates: Map<string, number> };

/** The writers of one life of the Worker. */
type Life = {
  worker: PumaWorker;
  account: { id: string; key: string };
  noted: Acknowledged;
  isKilled: boolean;
  onBatch(): void;
};

/** Writes without a pause until the Worker is killed; notes only what was answered. */
async function write(life: Life, name: string): Promise<void> {
  const { worker, account, noted } = life;
  const { add, post } = accountWith(worker, account.id, account.key);
  try {
    const counter = await add("counters", { name, n: 0 });
    for (let turn = 0; ; turn++) {
      const tag = `${name}-${turn}`;
      noted.rows.push((await add("adds", { tag })).id);
      const operations = Array.from({ length: batchSize }, (_, n) => ({
        action: "add",
        row: { tag, n },
      }));
      isDone(await post("/v1/batches/batch", { operations }));
      noted.batches.push(tag);
      life.onBatch();
      const patch = { n: turn + 1 };
      isDone(await post("/v1/counters/update_row", { id: counter.id, patch }));
      noted.updates.set(counter.id, turn + 1);
    }
  } catch (error) {
    // Killed under this request, which fetch tells so; whether it was done nobody knows.
    if (!life.isKilled || !(error instanceof TypeError)) throw error;
  }
}

function isDone({ path, status, text }: PumaAnswer): void {
  if (status !== 200) throw new Error(`${path} → ${status} ${text}`);
}

/** Kills the Worker among the writes of several writers, once so many batches are acknowledged. */
async function killAmongWrites(
  life: Omit<Life, "isKilled" | "onBatch">,
  name: string,
  batches: number,
): Promise<void> {
  const { promise: enough, resolve: onEnough } = Promise.withResolvers<void>();
  let left = batches;
  const whole: Life = {
    ...life,
    isKilled: false,
    onBatch() {
      left -= 1;
      if (left === 0) onEnough();
    },
  };
  const writing = Promise.all(
    Array.from({ length: 4 }, (_, index) => write(whole, `${name}-${index}`)),
  );
  // The first of the writers that fails ends the wait.
  await Promise.race([writing, enough]);
  whole.isKilled = true;
  await life.worker.kill();
  await writing;
}

/** Everything acknowledged so far is there, and of each batch all or nothing. */
async function expectAllThere(
  worker: PumaWorker,
  { id, key }: { id: string; key: string },
  noted: Acknowledged,
): Promise<void> {
  const { tables } = (await accountWith(worker, id, key).get("/v1/_export")).body;
  const present = new Set(tables.adds.map((row: { id: string }) => row.id));
  expect(noted.rows.filter((row) => !present.has(row))).toEqual([]);
  const sizes = new Map<string, number>();
  for (const { tag } of tables.batches) sizes.set(tag, (sizes.get(tag) ?? 0) + 1);
  expect([...sizes].filter(([, size]) => size !== batchSize)).toEqual([]);
  expect(noted.batches.filter((tag) => !sizes.has(tag))).toEqual([]);
  const counters = new Map(
    tables.counters.map((row: { id: string; n: number }) => [row.id, row.n]),
  );
  for (const [counter, n] of noted.updates) expect(counters.get(counter)).toBeGreaterThanOrEqual(n);
  const listed = (await accountWith(worker, id, key).get("/v1/_tables")).body.tables;
  expect(listed).toContainEqual({ name: "adds", rows: tables.adds.length });
}

test("after kill -9 under load, twenty times, every acknowledged row is there and no half batch", async () => {
  const persist = serverFolder("polypuma-kill-");
  let worker: PumaWorker | null = null;
  try {
    worker = await startPumaWorker({ persist, vars: roomy });
    const account = await newAccount(worker);
    const noted: Acknowledged = { rows: [], batches: [], updates: new Map() };
    for (let kill = 0; kill < kills; kill++) {
      // The moment of the kill is spread over the writers' turns by the work done, not by a clock.
      await killAmongWrites({ worker, account, noted }, `w${kill}`, 1 + (kill % 9));
      worker = await startPumaWorker({ persist, vars: roomy });
      await expectAllThere(worker, account, noted);
    }
  } finally {
    await worker?.stop();
    rmSync(persist, { recursive: true, force: true });
  }
}, 300_000);

test("a mail that waits to be sent is sent after kill -9", async () => {
  const persist = serverFolder("polypuma-kill-mail-");
  let isBroken = true;
  const { promise: tried, resolve: onTried } = Promise.withResolvers<void>();
  const { promise: taken, resolve: onTaken } = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(isBroken ? 500 : 200).end();
    if (isBroken) onTried();
    else onTaken(JSON.parse(Buffer.concat(chunks).toString()).text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const vars = {
    MAIL_TRANSPORT: "http",
    MAIL_HTTP_URL: `http://127.0.0.1:${port}/`,
    MAIL_RETRY_SECONDS: "0,1",
  };
  let worker: PumaWorker | null = null;
  try {
    worker = await startPumaWorker({ persist, vars });
    await send(worker, "POST", "/auth/magic-link", { body: { email: "ada@example.com" } });
    await tried;
    await worker.kill();
    isBroken = false;
    worker = await startPumaWorker({ persist, vars });
    const token = /\/auth\/link\/(\S+)/.exec(await taken)?.[1];
    expect((await send(worker, "POST", "/auth/verify", { body: { token } })).status).toBe(200);
  } finally {
    await worker?.stop();
    server.close();
    rmSync(persist, { recursive: true, force: true });
  }
});
