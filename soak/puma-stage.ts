import { type Account, acknowledged, damageOf, knownNumber, type Row } from "./puma-model.ts";
import type { Random } from "./random.ts";
import { persist, type Request, type Soak, unexpected } from "./soak.ts";

/** What a step of an agent has, and what the steps share. */
export type Stage = { soak: Soak; account: Account; random: Random; step: number };

export function pumaRequest(
  { key }: Account,
  what: string,
  method: Request["method"],
  path: string,
  body?: unknown,
): Request {
  const more = body === undefined ? {} : { body };
  return { api: "puma", what, method, path, token: key, ...more };
}

/** The rows among which a step chooses: of a long run only the newest. */
const chosenAmong = 80;

/** The rows that are certainly there. */
export function knownRows(account: Account): Row[] {
  return account.rows.filter((row) => row.id !== null && knownNumber(row) !== null);
}

/** One of them, or undefined. */
export function known({ account, random }: Stage): Row | undefined {
  const [first, ...others] = knownRows(account).slice(-chosenAmong);
  return first && random.pick([first, ...others]);
}

/** Notes a write that was answered with the row as it now is, and checks that row. */
export function settleRow(
  { soak }: Stage,
  row: Row,
  number: number,
  answered: unknown,
  tries: number,
): void {
  const shown = (answered ?? {}) as Record<string, unknown>;
  acknowledged(row, number, tries);
  const id = String(shown.id);
  const wrong =
    shown.n !== number
      ? `is answered as ${shown.n}, and ${number} was written`
      : row.id !== null && row.id !== id
        ? "has another id than before"
        : damageOf(shown, row.mark);
  row.id = id;
  if (wrong) soak.report({ kind: "wrong state", what: `${row.table}/${row.mark} ${wrong}` });
}

/**
 * Calls a tool; its structured result, or null when the answer was lost. `walksAway`: the call is not
 * sent again then.
 */
export async function mcpCall(
  { soak, account }: Stage,
  name: string,
  input: unknown,
  walksAway = false,
): Promise<Record<string, unknown> | null> {
  const params = { name, arguments: input };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  const request = pumaRequest(account, `mcp ${name}`, "POST", "/mcp", message);
  const headers = {
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-11-25",
  };
  const { answer } = await persist(soak, { ...request, headers }, walksAway);
  if (!answer) return null;
  const reply = typeof answer.body === "string" ? lastEvent(answer.body) : answer.body;
  const result = reply?.result;
  if (answer.status === 200 && result?.isError !== true && result?.structuredContent) {
    return result.structuredContent;
  }
  unexpected(soak, `mcp ${name}`, answer);
  throw new Error(`no result: ${answer.text.slice(0, 300)}`);
}

/** The data of the last server-sent event. */
function lastEvent(text: string) {
  const line = text.split("\n").findLast((each) => each.startsWith("data:"));
  return line ? JSON.parse(line.slice("data:".length)) : null;
}
