import { failure } from "./failure.ts";
import { isObject, parseObject } from "./json-object.ts";

/** What the Worker answered; `body` is empty when it was no JSON object. */
export type Answer = { status: number; body: Record<string, unknown> };
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Longer than a request may ask to wait (120 s). */
const timeoutMs = 150_000;

/** A client for one origin, with a bearer token on every request unless it is empty. */
export function callAs(origin: string, token: string): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(token !== "" && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: parseObject(await response.text()) ?? {} };
  };
}

/** The body of a successful answer; throws a failure about any other. */
export async function must(
  call: Call,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Record<string, unknown>> {
  const answer = await call(method, path, body, headers);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw failure(`${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** The first wanted entry of a list that comes in pages; null when no page has one. */
export async function findListed(
  call: Call,
  path: string,
  wanted: (entry: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown> | null> {
  for (let cursor = ""; ; ) {
    const body = await must(call, "GET", path + cursor);
    const entries = Array.isArray(body.data) ? body.data.filter(isObject) : [];
    const found = entries.find(wanted);
    if (found !== undefined) return found;
    const last = entries.at(-1);
    if (body.has_more !== true || last === undefined) return null;
    cursor = `?starting_after=${last.id ?? last.uuid}`;
  }
}

/** The text at a path of field names inside an answer; throws when it is not there. */
export function textAt(body: Record<string, unknown>, ...path: string[]): string {
  let value: unknown = body;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new Error(`The answer has no ${path.join(".")}`);
}
