import type { OperationDeclaration } from "../http/declare.ts";
import type { Endpoint } from "../http/mount.ts";
import type { Caller } from "../polykomos/caller.ts";
import { requestKeyOf } from "../polykomos/idempotency.ts";
import { parseParts } from "../polykomos/read-input.ts";
import { type Scope, scopes } from "../polykomos/scopes.ts";
import { formToken } from "./session/cookie.ts";
import type { Session } from "./session/service.ts";

/**
 * One request of somebody who is signed in. All that pages know and do goes through `ask`, which runs
 * an operation of the public API as the person: the same schemas, verbs and answers, so the console
 * can do nothing that the API cannot.
 */
export type Visit = {
  request: Request;
  url: URL;
  /** The path's parameters, decoded. */
  params: Record<string, string>;
  /** The fields of a form that was sent and proven to be ours; empty for a GET. */
  form: URLSearchParams;
  session: Session;
  /** The hidden field that every form carries. */
  formToken: string;
  requestId: string;
  nowMs: number;
  /** Where people reach us, without a slash at the end. */
  origin: string;
  ask: Ask;
};

/** What an operation is given, as the pages write it. What is undefined in the query is not sent. */
export type AskInput = {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
};

/**
 * Runs an operation; `Body` is the shape of its answer, which its declaration has as a schema. Throws
 * the operation's Faults. `only`: the rights that it is run with; all of the person's when left out.
 */
type Ask = <Body = unknown>(
  declaration: OperationDeclaration,
  input?: AskInput & { only?: readonly Scope[] },
) => Promise<{ status: number; body: Body }>;

/** The API's operations by their declarations. */
export type Operations = ReadonlyMap<OperationDeclaration, Endpoint<Caller>>;

/** A visit of what the request brought, with what follows from its session. */
export function newVisit(operations: Operations, given: Omit<Visit, "formToken" | "ask">): Visit {
  const caller = callerOf(given.session, given.requestId, given.origin);
  return {
    ...given,
    formToken: formToken(given.session.token),
    ask: askOf(operations, caller, given.form.get("request")),
  };
}

/** A person has every right that their keys could be given, and the limits of none. */
function callerOf(session: Session, requestId: string, origin: string): Caller {
  const { user } = session;
  return {
    userId: user.id,
    accountId: user.accountId,
    key: {
      keyId: 0,
      hash: `console:${session.id}`,
      name: "Console",
      preview: "console",
      permissions: [...scopes],
      controls: {
        requests_per_minute: 0,
        monthly_quota: null,
        allowed_ip_list: [],
        inactive_ttl_days: null,
      },
      status: "active",
      createdAtMs: 0,
      user: { id: user.id, name: user.name, email: user.email },
    },
    keyLastUsedAtMs: null,
    requestId,
    requestKey: null,
    origin,
    sessionId: session.id,
  };
}

function askOf(operations: Operations, caller: Caller, formRequest: string | null): Ask {
  return async <Body>(
    declaration: OperationDeclaration,
    { only, ...given }: AskInput & { only?: readonly Scope[] } = {},
  ) => {
    const endpoint = operations.get(declaration);
    if (!endpoint) throw new Error(`${declaration.operationId} is no operation of the API`);
    const input = parsedInput(declaration, given);
    const key = only ? { ...caller.key, permissions: [...only] } : caller.key;
    const requestKey = requestKeyOfForm(caller.accountId, declaration, given, formRequest);
    const reply = await endpoint.handle(input, { ...caller, key, requestKey }, undefined);
    // The cast holds because tests check every operation's answers against its declaration.
    return { status: reply.status, body: reply.body as Body };
  };
}

/** The input as the operation's own schemas read it. Faults as of the API. */
export function parsedInput(
  declaration: OperationDeclaration,
  { params = {}, query, body }: AskInput,
): ReturnType<typeof parseParts> {
  return parseParts(declaration, { params, query: sentQuery(query), body });
}

/** A query as an address carries it: texts alone, and nothing of what was left out. */
export function sentQuery(query: AskInput["query"] = {}): Record<string, string> {
  const sent = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(sent);
}

/**
 * A form names what it asks for once (`request`, made with the page), so that sending it twice does
 * it once, as an Idempotency-Key does. What it is filled in with belongs to that name: a page that
 * was gone back to and changed asks for something else. `null` for what changes nothing.
 */
export function requestKeyOfForm(
  accountId: string,
  { method, path }: OperationDeclaration,
  { params = {}, body }: AskInput,
  formRequest: string | null,
): string | null {
  if (method === "get" || formRequest === null) return null;
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  const asked = `${formRequest}\n${JSON.stringify(body ?? null)}`;
  return `${requestKeyOf(accountId, method, `console:${target}`, asked)}:console`;
}
