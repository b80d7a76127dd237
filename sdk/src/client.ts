import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import { NoAnswerError, PolypumaError } from "./errors.ts";
import { defaultRetry, type Retry, type Send, sendWithRetries } from "./retry.ts";
import type { CallOptions, ClientOptions, Methods, Operation, Table } from "./types.ts";

/**
 * What both clients are made of: openapi-fetch as it is (`http`), with the key, an Idempotency-Key for
 * each write that takes one, and the retries below it; and on top of it a method for each operation,
 * which throws what `http` hands back as `error`.
 */
export type Calling<Paths extends object> = {
  http: Client<Paths>;
  call(operation: Operation, input: AnyInput): Promise<unknown>;
};

/** An input of any operation, as the methods' types let it through. */
export type AnyInput = CallOptions & {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  idempotencyKey?: string | undefined;
};

export function calling<Paths extends object>(
  table: Table,
  options: Omit<ClientOptions, "key"> & { key?: string },
): Calling<Paths> {
  // Not handed on as it is: called as another object's method, a browser's fetch refuses.
  const send: Send = options.fetch ?? ((url, init) => fetch(url, init));
  const retry = { ...defaultRetry, ...options.retry };
  const retrying = (own: Partial<Retry> = {}) => {
    return (request: Request) => sendWithRetries(request, send, { ...retry, ...own });
  };
  const http = createFetchClient<Paths>({
    baseUrl: options.url,
    ...(options.key === undefined ? {} : { headers: { authorization: `Bearer ${options.key}` } }),
    fetch: retrying(),
  });
  http.use(givingKeys(table));

  async function call(operation: Operation, input: AnyInput): Promise<unknown> {
    const { path, query, body, signal, idempotencyKey } = input;
    const key = operation.keyed ? (idempotencyKey ?? crypto.randomUUID()) : null;
    const what = `${operation.method.toUpperCase()} ${operation.path}`;
    const answer = await anyRequest(http)(operation.method, operation.path, {
      params: { path, query },
      ...(body === undefined ? {} : { body }),
      ...(key === null ? {} : { headers: { "Idempotency-Key": key } }),
      ...(signal ? { signal } : {}),
      fetch: retrying(input.retry),
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new NoAnswerError(what, error, key);
    });
    if (answer.response.ok) return answer.data;
    throw new PolypumaError(answer.error, answer.response, key);
  }

  return { http, call };
}

/** Gives a key to each write through `http` that takes one and has none. */
function givingKeys(table: Table): Middleware {
  const keyed = new Set(
    Object.values(table)
      .filter((each) => each.keyed)
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`),
  );
  return {
    onRequest({ request, schemaPath }) {
      if (!keyed.has(`${request.method} ${schemaPath}`)) return;
      if (request.headers.has("idempotency-key")) return;
      request.headers.set("idempotency-key", crypto.randomUUID());
    },
  };
}

type Answer = { data?: unknown; error?: unknown; response: Response };
type AnyRequest = (method: string, path: string, init: object) => Promise<Answer>;

/** The table and the document are generated together, so method, path and input do fit the client. */
function anyRequest<Paths extends object>(http: Client<Paths>): AnyRequest {
  return http.request as unknown as AnyRequest;
}

/** A method for each operation of the table; the types of its input and answer are the document's. */
export function methodsOf<Operations, Entries extends Table>(
  table: Entries,
  call: Calling<object>["call"],
): Methods<Operations, Entries> {
  const methods = Object.entries(table).map(([id, operation]) => [
    id,
    (input: AnyInput = {}) => call(operation, input),
  ]);
  return Object.fromEntries(methods) as Methods<Operations, Entries>;
}
