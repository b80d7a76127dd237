import { auditVersions } from "./puma-audit.ts";
import { damageOf, isThere, knownNumber, maybeThere } from "./puma-model.ts";
import { known, mcpCall, pumaRequest, type Stage } from "./puma-stage.ts";
import { type Answer, persist, unexpected } from "./soak.ts";
import type { Steps } from "./steps.ts";

/** The reads of an agent: whatever was acknowledged is there at once, in every way of reading. */
type Shown = Record<string, unknown>;

async function read(
  { soak, account }: Stage,
  what: string,
  path: string,
): Promise<Answer["body"] | null> {
  const { answer } = await persist(soak, pumaRequest(account, what, "GET", path));
  if (!answer) return null;
  if (answer.status === 200) return answer.body;
  unexpected(soak, what, answer);
  return null;
}

function filterText(filter: Record<string, unknown>): string {
  return encodeURIComponent(JSON.stringify(filter));
}

/** One row that is known, by its mark or its id. */
async function queryOne(stage: Stage): Promise<void> {
  const { random } = stage;
  const row = known(stage);
  if (!row) return;
  const filter = random.chance(0.5) ? { mark: row.mark } : { id: row.id };
  const body = await read(stage, "queryRows", `/v1/${row.table}?filter=${filterText(filter)}`);
  if (body) checkOne(stage, row.table, row.mark, body.rows);
}

function checkOne({ soak, account }: Stage, table: string, mark: string, rows: Shown[]): void {
  const row = account.rows.find((each) => each.mark === mark);
  const [shown] = rows;
  const number = row ? knownNumber(row) : null;
  const isRight = rows.length === 1 && shown?.n === number && !damageOf(shown, mark);
  if (isRight) return;
  const what = `${table}/${mark} is ${number}, and a read shows ${rows.map(({ n }) => n)}`;
  soak.report({ kind: rows.length === 0 ? "lost write" : "wrong state", what });
}

/** The newest, and some in another order. */
async function queryMany(stage: Stage): Promise<void> {
  const { soak, random, account } = stage;
  const row = known(stage);
  if (!row) return;
  const sort = random.pick(["", "&sort=n", "&sort=-n", "&sort=mark", "&sort=-updated_at"]);
  const limit = random.between(5, 60);
  const path = `/v1/${row.table}?limit=${limit}${sort}&filter=${filterText({ even: true })}`;
  const body = await read(stage, "queryRows", path);
  if (!body) return;
  const rows: Shown[] = body.rows;
  const wrong = rows.filter((each) => each.even !== true || damageOf(each, String(each.mark)));
  const numbers = rows.map(({ n }) => Number(n));
  const rising = sort === "&sort=-n" ? numbers.toReversed() : numbers;
  const isSorted = !sort.endsWith("n") || rising.every((n, at) => n >= (rising[at - 1] ?? 0));
  if (wrong.length === 0 && isSorted) return;
  const what = `${account.name}: a query of ${row.table}${sort} shows what it must not`;
  soak.report({ kind: "wrong state", what, detail: wrong.slice(0, 3) });
}

async function count(stage: Stage): Promise<void> {
  const { soak, account } = stage;
  const row = known(stage);
  if (!row) return;
  const body = await read(stage, "countRows", `/v1/${row.table}/count`);
  if (!body) return;
  const own = account.rows.filter(({ table }) => table === row.table);
  const least = own.filter(isThere).length;
  const most = own.filter(maybeThere).length;
  if (body.count >= least && body.count <= most) return;
  const what = `${account.name} ${row.table}: count is ${body.count}, must be ${least} to ${most}`;
  soak.report({ kind: body.count < least ? "lost write" : "doubled", what });
}

async function versions(stage: Stage): Promise<void> {
  const { soak, account } = stage;
  const row = known(stage);
  if (!row) return;
  const body = await read(stage, "listVersions", `/v1/${row.table}/versions?id=${row.id}`);
  if (!body) return;
  for (const finding of auditVersions(account, row, body.versions)) soak.report(finding);
}

async function mcpQuery(stage: Stage): Promise<void> {
  const row = known(stage);
  if (!row) return;
  const input = { table: row.table, filter: { mark: row.mark } };
  const result = await mcpCall(stage, "query", input);
  if (result && Array.isArray(result.rows)) checkOne(stage, row.table, row.mark, result.rows);
}

async function listTables(stage: Stage): Promise<void> {
  await read(stage, "listTables", "/v1/_tables");
}

/** A link to a row, opened by somebody without a key, and ended. */
async function link(stage: Stage): Promise<void> {
  const { soak, account, random } = stage;
  const row = known(stage);
  if (!row) return;
  const { table, id } = row;
  const [kind, body] = random.pick<readonly [string, object]>([
    ["_row_links", { table, id }],
    ["_text_field_links", { table, id, field: "text" }],
    ["_query_links", { table, limit: 10 }],
  ]);
  const made = await persist(soak, pumaRequest(account, kind, "POST", `/v1/${kind}`, body));
  if (!made.answer) return;
  if (made.answer.status !== 200) return unexpected(soak, kind, made.answer);
  const path = new URL(made.answer.body.viewer_url).pathname;
  const token = path.split("/").at(-1) ?? "";
  soak.secrets.set(token, `the token of a link of ${account.name}`);
  const view = { ...pumaRequest(account, "view", "GET", path), token: null };
  const opened = await persist(soak, view);
  if (!opened.answer) return;
  // A clock that jumps past the link's quarter of an hour ends it.
  if (![200, 404, 410].includes(opened.answer.status)) unexpected(soak, "view", opened.answer);
  const ending = pumaRequest(account, "revokeLink", "DELETE", `/v1/_links/${token}`);
  const ended = await persist(soak, ending);
  if (!ended.answer) return;
  if (ended.answer.status !== 200) return unexpected(soak, "revokeLink", ended.answer);
  const after = await persist(soak, view);
  if (after.answer?.status === 200) {
    soak.report({ kind: "works after its end", what: `a link of ${account.name} was ended` });
  }
}

/** How often, beside the writes. */
export const readSteps: Steps<Stage> = [
  [{ name: "query one", run: queryOne }, 16],
  [{ name: "query many", run: queryMany }, 8],
  [{ name: "count", run: count }, 4],
  [{ name: "versions", run: versions }, 5],
  [{ name: "mcp query", run: mcpQuery }, 5],
  [{ name: "tables", run: listTables }, 1],
  [{ name: "link", run: link }, 4],
];
