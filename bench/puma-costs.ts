import { startPumaWorker } from "../test/support/puma-worker.ts";
import { addsOfNotes, noteRow, signIn } from "./puma-account.ts";
import { type Call, openClient } from "./puma-load.ts";
import { type Row, withBar } from "./rows.ts";

function watchAccount(source: string): string {
  return source.replace("ctx.storage.sql", "globalThis.watchSql(ctx.storage.sql)");
}

/** Rows of `suite`: what each operation reads and writes, as SQLite counts it. */
export async function costRows(suite: string): Promise<Row[]> {
  const worker = await startPumaWorker({
    entry: "bench/puma-entry.ts",
    replace: { "durable-objects/puma-account.ts": watchAccount },
  });
  const client = openClient(worker.url, 1);
  const token = await signIn(worker.url, client);
  const batchOf = (count: number, from: number) =>
    JSON.stringify({ operations: addsOfNotes(count, from) });
  const send = async (call: Omit<Call, "token">) => {
    const answer = await client.send({ ...call, token });
    if (answer.status > 299) throw new Error(`${call.path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  };
  for (let start = 0; start < 900; start += 100) {
    await send({ method: "POST", path: "/v1/notes/batch", body: batchOf(100, start) });
  }
  const { id } = await send({ method: "POST", path: "/v1/notes", body: '{"n":-1}' });
  const open = encodeURIComponent('{"status":"open"}');
  const calls: [string, Omit<Call, "token">][] = [
    ["add", { method: "POST", path: "/v1/notes", body: noteRow(5_000) }],
    ["query of 25", { method: "GET", path: "/v1/notes?limit=25" }],
    ["query with filter (18 of 902)", { method: "GET", path: `/v1/notes?filter=${open}` }],
    [
      "query by id",
      { method: "GET", path: `/v1/notes?filter=${encodeURIComponent(`{"id":"${id}"}`)}` },
    ],
    ["count", { method: "GET", path: "/v1/notes/count" }],
    [
      "upsert, found",
      { method: "POST", path: "/v1/notes/upsert", body: '{"key":"n","row":{"n":-1,"a":1}}' },
    ],
    [
      "upsert, added",
      { method: "POST", path: "/v1/notes/upsert", body: '{"key":"n","row":{"n":-2}}' },
    ],
    [
      "update_row",
      {
        method: "POST",
        path: "/v1/notes/update_row",
        body: JSON.stringify({ id, patch: { b: 1 } }),
      },
    ],
    ["versions", { method: "GET", path: `/v1/notes/versions?id=${id}` }],
    [
      "restore",
      { method: "POST", path: "/v1/notes/restore", body: JSON.stringify({ id, version: 1 }) },
    ],
    [
      "delete one by id",
      { method: "DELETE", path: "/v1/notes", body: JSON.stringify({ filter: { id } }) },
    ],
    ["batch of 100 adds", { method: "POST", path: "/v1/other/batch", body: batchOf(100, 0) }],
    ["list tables", { method: "GET", path: "/v1/_tables" }],
    ["list keys", { method: "GET", path: "/v1/_keys" }],
  ];
  const rows: Row[] = [];
  for (const [name, call] of calls) {
    await send({ method: "GET", path: "/bench/watch" });
    await send(call);
    const cost = await send({ method: "GET", path: "/bench/cost" });
    rows.push({
      suite,
      name: `${name}: rows read`,
      value: cost.rowsRead,
      unit: `in ${cost.statements} statements`,
    });
    const written = { suite, name: `${name}: rows written`, value: cost.rowsWritten, unit: "rows" };
    rows.push(name === "add" ? withBar(written, { of: "value", atMost: 2 }) : written);
  }
  client.close();
  await worker.stop();
  return rows;
}
