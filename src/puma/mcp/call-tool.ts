import { parseInput } from "../../http/explain-input.ts";
import type { PumaDeps } from "../deps.ts";
import { asFault, inputFault } from "../dialect.ts";
import { oneRowBytesMax, type PreparedOperation } from "../endpoint.ts";
import { refuseInexactNumbers } from "../input.ts";
import { isPumaFault, type PumaFault, pumaFault } from "../rules/code.ts";
import type { JsonText } from "../rules/json-text.ts";
import type { AccountOperation, Executed, RateState } from "../rules/operation.ts";
import type { McpCaller } from "./caller.ts";
import { type McpTool, safetyField, safetyText } from "./tools/tool.ts";

/** One call of a tool: arguments → one operation of the account → JSON text of the result. */
export type ToolCall = {
  tool: McpTool;
  /** As parsed from the body, untouched. */
  arguments: unknown;
  /** The body that they were in, for its numbers and its size. */
  body: { text: string; bytes: number };
  caller: McpCaller;
  url: string;
};

export type ToolAnswer =
  /** `text` is JSON of an object: the result with its safety mark, or the error. */
  | { kind: "answered"; isError: boolean; text: string; rate: RateState | null }
  /** The account's object does not know the key any more. */
  | { kind: "unauthorized" };

const marked = `{${JSON.stringify(safetyField)}:${JSON.stringify(safetyText)}`;

/** Runs a tool. Whatever goes wrong is an answer; nothing is thrown. */
export async function callTool(deps: PumaDeps, call: ToolCall): Promise<ToolAnswer> {
  try {
    return await answerOf(deps, call);
  } catch (error) {
    const fault = asFault(error);
    if (fault !== error) {
      deps.log.error("mcp_tool_failed", { tool: call.tool.name, code: fault.code, error });
    }
    return failed(fault, null);
  }
}

async function answerOf(deps: PumaDeps, call: ToolCall): Promise<ToolAnswer> {
  const work = prepare(deps, call);
  const operation = work.ok
    ? work.prepared.operation
    : { kind: "refused" as const, rateClass: call.tool.rateClass };
  const executed = await execute(deps, call.caller, operation);
  const { rate } = executed;
  if (rate === null) return { kind: "unauthorized" };
  if (!executed.ok) {
    const { code, message, details } = executed.failure;
    const waiting = code === "rate_limited" ? { retry_after_seconds: rate.resetSeconds } : {};
    return failed(pumaFault(code, message, { ...details, ...waiting }), rate);
  }
  if (!work.ok) return failed(work.fault, rate);
  const { body } = work.prepared.reply(executed.value);
  return typeof body === "string" ? succeeded(body, rate) : await tooLong(body, rate);
}

function execute(
  deps: PumaDeps,
  caller: McpCaller,
  operation: AccountOperation,
): Promise<Executed> {
  const account = deps.account(caller.accountId);
  return caller.via === "key"
    ? account.execute(caller.keyHash, operation)
    : account.executeForGrant(caller.grantId, operation);
}

function prepare(
  deps: PumaDeps,
  { tool, arguments: given = {}, body, caller, url }: ToolCall,
): { ok: true; prepared: PreparedOperation } | { ok: false; fault: PumaFault } {
  try {
    if (!tool.takesMany && body.bytes > oneRowBytesMax) {
      throw pumaFault("body_too_large", `The request is larger than ${oneRowBytesMax} bytes`, {
        max_bytes: oneRowBytesMax,
      });
    }
    refuseInexactNumbers(body.text, given);
    const input = parseInput(tool.input, given, inputFault);
    return { ok: true, prepared: tool.prepare(input, { caller, url, deps }) };
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    return { ok: false, fault: error };
  }
}

/** Puts the mark in front of the fields of a finished JSON object. */
function succeeded(body: string, rate: RateState): ToolAnswer {
  return { kind: "answered", isError: false, text: `${marked},${body.slice(1)}`, rate };
}

/** A result of millions of characters, which would stand in the answer twice. */
async function tooLong(body: Exclude<JsonText, string>, rate: RateState): Promise<ToolAnswer> {
  await body.cancel();
  const message = "The rows are too long for one result; ask for fewer with filter and limit";
  return failed(pumaFault("result_too_large", message), rate);
}

/** The error as over REST. */
function failed({ code, message, details }: PumaFault, rate: RateState | null): ToolAnswer {
  const hasDetails = details !== undefined && Object.keys(details).length > 0;
  const error = { code, message, ...(hasDetails ? { details } : {}) };
  return { kind: "answered", isError: true, text: JSON.stringify({ error }), rate };
}
