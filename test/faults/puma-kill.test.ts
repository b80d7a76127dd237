import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accountWith, newAccount, send } from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

const kills = 20;
const batchSize = 7;
const roomy = { PUMA_ROWS_PER_TABLE_MAX: "1000000", PUMA_ACCOUNT_BYTES_MAX: "1000000000" };

type Acknowledged = { rows: string[]; batches: string[]; updates: Map<string, number> };

/** Writes without a pause until the Worker is gone; notes only what was answered. */
async function write(
  worker: PumaWorker,
  account: { id: string; key: string },
  name: string,
  noted: Acknowledged,
): Promise<void> {
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
      const { status } = await post("/v1/batches/batch", { operations });
      if (status !== 200) throw new Error(`${status}`);
      noted.batches.push(tag);
      const patch = { n: turn + 1 };
      await post("/v1/counters/update_row", { id: counter.id, patch });
      noted.updates.set(counter.id, turn + 1);
    }
  } catch {
    // The Worker was killed under this request; whether it was done nobody knows.
  }
}

test("after kill -9 under load, twenty times, every acknowledged row is there and no half batch", async () => {
  const persist = mkdtempSync(join(tmpdir(), "puma-kill-"));
  let worker = await startPumaWorker({ persist, vars: roomy });
  const { id, key } = await newAccount(worker);
  const noted: Acknowledged = { rows: [], batches: [], updates: new Map() };
  for (let kill = 0; kill < kills; kill++) {
    const before = noted.batches.length;
    const writers = Array.from({ length: 4 }, (_, index) =>
      write(worker, { id, key }, `w${kill}-${index}`, noted),
    );
    // The moment of the kill is spread over the writers' turns by the work done, not by a clock.
    while (noted.batches.length < before + 1 + (kill % 9)) await new Promise(setImmediate);
    await worker.kill();
    await Promise.all(writers);
    worker = await startPumaWorker({ persist, vars: roomy });
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
    for (const [counter, n] of noted.updates)
      expect(counters.get(counter)).toBeGreaterThanOrEqual(n);
    const listed = (await accountWith(worker, id, key).get("/v1/_tables")).body.tables;
    expect(listed).toContainEqual({ name: "adds", rows: tables.adds.length });
  }
  expect(noted.batches.length).toBeGreaterThan(kills);
  await worker.stop();
  rmSync(persist, { recursive: true, force: true });
}, 300_000);

test("a mail that waits to be sent is sent after kill -9", async () => {
  const persist = mkdtempSync(join(tmpdir(), "puma-kill-mail-"));
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
  const first = await startPumaWorker({ persist, vars });
  await send(first, "POST", "/auth/magic-link", { body: { email: "ada@example.com" } });
  await tried;
  await first.kill();
  isBroken = false;
  const second = await startPumaWorker({ persist, vars });
  const token = /\/auth\/link\/(\S+)/.exec(await taken)?.[1];
  expect((await send(second, "POST", "/auth/verify", { body: { token } })).status).toBe(200);
  await second.stop();
  server.close();
  rmSync(persist, { recursive: true, force: true });
});
