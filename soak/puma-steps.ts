import { acknowledged, attempted, contentOf, newRow, patchOf, type Row } from "./puma-model.ts";
import { readSteps } from "./puma-reads.ts";
import { known, knownRows, mcpCall, pumaRequest, type Stage, settleRow } from "./puma-stage.ts";
import { uuidOf } from "./random.ts";
import { type Answer, persist, type Request, unexpected } from "./soak.ts";
import type { Steps } from "./steps.ts";

/** The writes of an agent. Each is drawn, sent, and noted as it was answered. */
const tables = ["notes", "tasks", "facts"] as const;
/** Beyond so many rows of an account rows are deleted, so that a run of any length is as heavy. */
const rowsMax = 240;
const walksAwayShare = 0.2;

function fresh({ account, random, step }: Stage): Row {
  const row = newRow(random.pick(tables), `${account.name}-${step}`);
  account.rows.push(row);
  return row;
}

async function add(stage: Stage): Promise<void> {
  const { soak, account, step, random } = stage;
  if (knownRows(account).length > rowsMax) return await remove(stage);
  const row = fresh(stage);
  const key = uuidOf(random);
  const body = contentOf(row.mark, step);
  const request = pumaRequest(account, "addRow", "POST", `/v1/${row.table}`, body);
  const withKey = { ...request, headers: { "idempotency-key": key } };
  const { answer } = await persist(soak, withKey, random.chance(walksAwayShare));
  // However often it was sent, one row is added and none archived.
  if (!answer) return attempted(row, step, 1);
  if (answer.status !== 201) return unexpected(soak, "addRow", answer);
  settleRow(stage, row, step, answer.body, 1);
}

/**
 * Sends a write that gives a row the content of that number, and notes what came of it. `rowIn` finds
 * the row in the answer.
 */
async function writeRow(
  stage: Stage,
  row: Row,
  number: number,
  request: Request,
  rowIn: (body: Answer["body"]) => unknown,
): Promise<void> {
  const { soak, random } = stage;
  const { answer, tries } = await persist(soak, request, random.chance(walksAwayShare));
  if (!answer) return attempted(row, number, tries);
  if (answer.status !== 200) return unexpected(soak, request.what, answer);
  settleRow(stage, row, number, rowIn(answer.body), tries);
}

async function upsert(stage: Stage): Promise<void> {
  const { account, step, random } = stage;
  const row = random.chance(0.5) ? known(stage) : fresh(stage);
  if (!row) return await add(stage);
  const body = { key: "mark", row: contentOf(row.mark, step) };
  const request = pumaRequest(account, "upsertRow", "POST", `/v1/${row.table}/upsert`, body);
  await writeRow(stage, row, step, request, (answer) => answer.row);
}

async function updateRow(stage: Stage): Promise<void> {
  const { account, step } = stage;
  const row = known(stage);
  if (!row) return await add(stage);
  const body = { id: row.id, patch: patchOf(row.mark, step) };
  const request = pumaRequest(account, "updateRow", "POST", `/v1/${row.table}/update_row`, body);
  await writeRow(stage, row, step, request, (answer) => answer.row);
}

async function updateWhere(stage: Stage): Promise<void> {
  const { account, step } = stage;
  const row = known(stage);
  if (!row) return await add(stage);
  const body = { filter: { mark: row.mark }, patch: patchOf(row.mark, step) };
  const path = `/v1/${row.table}/update_where`;
  const request = pumaRequest(account, "updateWhere", "POST", path, body);
  await writeRow(stage, row, step, request, (answer) => answer.rows[0]);
}

async function remove(stage: Stage): Promise<void> {
  const { soak, account, random } = stage;
  const row = known(stage);
  if (!row) return;
  const body = { filter: { mark: row.mark } };
  const request = pumaRequest(account, "deleteRows", "DELETE", `/v1/${row.table}`, body);
  const { answer, tries } = await persist(soak, request, random.chance(walksAwayShare));
  if (!answer) return attempted(row, "none", tries);
  if (answer.status !== 200) return unexpected(soak, "deleteRows", answer);
  const deleted: number = answer.body.deleted;
  if (deleted > 1 || (deleted === 0 && tries === 1)) {
    const what = `${row.mark}: deleting it deleted ${deleted} rows`;
    soak.report({ kind: "wrong state", what });
  }
  acknowledged(row, "none", tries);
}

async function restore(stage: Stage): Promise<void> {
  const { account, random } = stage;
  const candidates = account.rows.filter(
    ({ id, may, archives, past }) =>
      id !== null && may.length === 1 && archives.least > 0 && past !== null,
  );
  const [first, ...others] = candidates.slice(-30);
  if (!first) return await add(stage);
  const row = random.pick([first, ...others]);
  const version = row.archives.least;
  const number = row.past?.[version - 1];
  if (typeof number !== "number") return;
  const body = { id: row.id, version };
  const request = pumaRequest(account, "restoreRow", "POST", `/v1/${row.table}/restore`, body);
  await writeRow(stage, row, number, request, (answer) => answer.row);
}

/** Some new rows and a change of one, all or nothing. */
async function batch(stage: Stage): Promise<void> {
  const { soak, account, step, random } = stage;
  if (knownRows(account).length > rowsMax) return await remove(stage);
  const table = random.pick(tables);
  const added = Array.from({ length: random.between(2, 6) }, (_, index) =>
    newRow(table, `${account.name}-${step}-${index}`),
  );
  const changed = knownRows(account).findLast((row) => row.table === table);
  account.rows.push(...added);
  const operations = [
    ...added.map(({ mark }) => ({
      action: "add",
      row: contentOf(mark, step),
      idempotencyKey: uuidOf(random),
    })),
    ...(changed
      ? [{ action: "update_row", id: changed.id, patch: patchOf(changed.mark, step) }]
      : []),
  ];
  const request = pumaRequest(account, "batchRows", "POST", `/v1/${table}/batch`, { operations });
  const { answer, tries } = await persist(soak, request, random.chance(walksAwayShare));
  if (!answer) {
    for (const row of added) attempted(row, step, 1);
    if (changed) attempted(changed, step, tries);
    account.halfKnownBatches.push(added.map(({ mark }) => mark));
    return;
  }
  if (answer.status !== 200) return unexpected(soak, "batchRows", answer);
  const results: { result: Record<string, unknown> }[] = answer.body.results;
  added.forEach((row, index) => {
    settleRow(stage, row, step, results[index]?.result, 1);
  });
  const last = results.at(-1)?.result.row;
  if (changed) settleRow(stage, changed, step, last, tries);
}

async function mcpAdd(stage: Stage): Promise<void> {
  const { step, random } = stage;
  const row = fresh(stage);
  const input = {
    table: row.table,
    row: contentOf(row.mark, step),
    idempotencyKey: uuidOf(random),
  };
  const result = await mcpCall(stage, "add", input, random.chance(walksAwayShare));
  if (!result) return attempted(row, step, 1);
  settleRow(stage, row, step, result.row, 1);
}

async function mcpUpdate(stage: Stage): Promise<void> {
  const { step } = stage;
  const row = known(stage);
  if (!row) return await mcpAdd(stage);
  const input = { table: row.table, id: row.id, patch: patchOf(row.mark, step) };
  // Never sent twice, for a second run would archive what the first has made.
  const result = await mcpCall(stage, "update_row", input, true);
  if (!result) return attempted(row, step, 1);
  settleRow(stage, row, step, result.row, 1);
}

const writeSteps: Steps<Stage> = [
  [{ name: "add", run: add }, 14],
  [{ name: "upsert", run: upsert }, 10],
  [{ name: "update_row", run: updateRow }, 14],
  [{ name: "update_where", run: updateWhere }, 6],
  [{ name: "delete", run: remove }, 9],
  [{ name: "restore", run: restore }, 5],
  [{ name: "batch", run: batch }, 6],
  [{ name: "mcp add", run: mcpAdd }, 4],
  [{ name: "mcp update_row", run: mcpUpdate }, 3],
];

/** All that an agent does, and how often. */
export const pumaSteps: Steps<Stage> = [...writeSteps, ...readSteps];
