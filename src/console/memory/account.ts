import type { OperationDeclaration } from "../../http/declare.ts";
import { parseInput } from "../../http/explain-input.ts";
import { fault, notFound } from "../../polykomos/dialect.ts";
import type { PumaDeps } from "../../puma/deps.ts";
import { inputFault, statusByCode } from "../../puma/dialect.ts";
import type { PumaEndpoint } from "../../puma/endpoint.ts";
import { rowEndpoints } from "../../puma/rows/routes.ts";
import { isPumaFault, type PumaFault } from "../../puma/rules/code.ts";
import type { JsonText } from "../../puma/rules/json-text.ts";
import type { LinkOutcome, RowRequest } from "../../puma/rules/link.ts";
import type { AccountFailure } from "../../puma/rules/operation.ts";
import { tableEndpoints } from "../../puma/tables/routes.ts";
import { counted } from "../parts/text.ts";
import { type AskInput, requestKeyOfForm, sentQuery, type Visit } from "../visit.ts";

/**
 * The pumaDB account of whoever is signed in: the operations of its REST API with the rates of one
 * key, and single rows as through a link. What pumaDB refuses is thrown as a Fault of the console's.
 */
export type MemoryDeps = { puma: PumaDeps };

const endpoints: ReadonlyMap<OperationDeclaration, PumaEndpoint> = new Map(
  [...tableEndpoints, ...rowEndpoints].map((each) => [each.declaration, each]),
);

/** Runs an operation; its answer as finished JSON, a stream when it is long. */
export async function askMemory(
  { puma }: MemoryDeps,
  visit: Visit,
  declaration: OperationDeclaration,
  input: AskInput = {},
): Promise<JsonText> {
  const endpoint = endpoints.get(declaration);
  if (!endpoint) throw new Error(`${declaration.operationId} is no operation on rows or tables`);
  const accountId = visit.session.user.pumaAccountId;
  const { operation, reply } = preparedOf(puma, visit, endpoint, input);
  const executed = await puma.account(accountId).executeForSession(visit.session.id, operation);
  if (executed.ok) return reply(executed.value).body;
  throw asConsoleFault(executed.failure, executed.rate?.resetSeconds ?? 1);
}

/** The same, read as JSON. */
export async function readMemory<Body>(
  deps: MemoryDeps,
  visit: Visit,
  declaration: OperationDeclaration,
  input: AskInput = {},
): Promise<Body> {
  const text = await askMemory(deps, visit, declaration, input);
  // The cast holds because tests check every operation's answers against its declaration.
  return JSON.parse(await new Response(text).text()) as Body;
}

/** The input as the operation's own schemas read it, made ready to be run. */
function preparedOf(
  puma: PumaDeps,
  visit: Visit,
  { declaration, prepare }: PumaEndpoint,
  given: AskInput,
) {
  const { params, query, body } = declaration;
  const { pumaAccountId: accountId } = visit.session.user;
  try {
    const input = {
      params: params && parseInput(params, given.params ?? {}, inputFault),
      query: query && parseInput(query, sentQuery(given.query), inputFault),
      body: body && parseInput(body, given.body, inputFault),
    };
    const headers = new Headers();
    const key = requestKeyOfForm(accountId, declaration, given, visit.form.get("request"));
    if (key !== null) headers.set("idempotency-key", key);
    const caller = { accountId, keyHash: "" };
    return prepare(input, { headers, caller, url: visit.url.href, deps: puma });
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    throw asConsoleFault(error, 1);
  }
}

/** Shows or changes one row; a change names the version that was seen. */
export async function withMemoryRow(
  { puma }: MemoryDeps,
  { session }: Visit,
  row: { table: string; id: string },
  request: RowRequest,
): Promise<Extract<LinkOutcome, { kind: "row" | "gone" | "saved" | "conflict" }>> {
  const account = puma.account(session.user.pumaAccountId);
  const outcome = await account.rowForSession(session.id, row, request);
  switch (outcome.kind) {
    case "row":
    case "gone":
    case "saved":
    case "conflict":
      return outcome;
    case "busy":
      throw tooBusy("Many rows were read or changed in this minute", outcome.resetSeconds);
    case "refused":
      throw asConsoleFault(outcome.failure, 1);
    default:
      throw new Error(`A row was asked for, and the answer was ${outcome.kind}`);
  }
}

function tooBusy(message: string, seconds: number) {
  return fault("rate_limited", `${message}. Try again in ${counted(seconds, "second")}.`);
}

/** pumaDB's refusal in the console's words; a field that it names is told beside that field. */
function asConsoleFault(
  { code, message, details }: Pick<PumaFault, "code" | "message" | "details"> | AccountFailure,
  resetSeconds: number,
) {
  if (code === "rate_limited") return tooBusy(message, resetSeconds);
  const status = statusByCode[code];
  if (status === 404) return notFound("row");
  if (status === 500 || status === 401) throw new Error(`pumaDB answered ${code}: ${message}`);
  if (status === 503) return fault("unavailable", message);
  if (status === 409) return fault("conflict", message);
  return fault("invalid_field", message, details);
}
