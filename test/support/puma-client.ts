import { randomUUID } from "node:crypto";
import type { PumaWorker } from "./puma-worker.ts";

/** A small client for tests of pumaDB: sends what it is told to, remembers nothing. */
export type PumaAnswer = {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes, and check them
  body: any;
};

export type PumaOptions = {
  key?: string | null;
  /** A string and bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
};

/** Every answer that any test of the file has seen, for the contract checks. */
export const seenAnswers: PumaAnswer[] = [];

export async function send(
  worker: Pick<PumaWorker, "url">,
  method: string,
  path: string,
  options: PumaOptions = {},
): Promise<PumaAnswer> {
  const { key, body } = options;
  const response = await fetch(worker.url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
  const text = await response.text();
  const { status, headers } = response;
  const answer = { method, path, status, headers, text, body: readBody(text) };
  seenAnswers.push(answer);
  return answer;
}

/** What is sent for a body: a string and bytes as they are, all else as JSON. */
export function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === "string" ? body : JSON.stringify(body);
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export type Account = {
  id: string;
  key: string;
  email: string;
  get(path: string): Promise<PumaAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<PumaAnswer>;
  delete(path: string, body?: unknown): Promise<PumaAnswer>;
  /** Adds a row, which must work. */
  add(table: string, row: unknown): Promise<PumaAnswer["body"]>;
  /** The rows of a query, which must work. */
  rows(table: string, query?: QueryText): Promise<PumaAnswer["body"][]>;
};

export type QueryText = { filter?: unknown; sort?: string; limit?: number };

export function queryString(query: QueryText): string {
  const parameters = new URLSearchParams();
  if (query.filter !== undefined) parameters.set("filter", JSON.stringify(query.filter));
  if (query.sort !== undefined) parameters.set("sort", query.sort);
  if (query.limit !== undefined) parameters.set("limit", String(query.limit));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The token of a fresh sign-in link. */
export async function requestToken(
  worker: Pick<PumaWorker, "url">,
  email: string,
): Promise<string> {
  const asked = await send(worker, "POST", "/auth/magic-link", { body: { email } });
  const token = String(asked.body.dev_magic_link).split("/").at(-1);
  if (asked.status !== 200 || !token) throw new Error(`No link: ${asked.text}`);
  return token;
}

/** Signs in, with a new address unless one is given. */
export async function newAccount(
  worker: Pick<PumaWorker, "url">,
  email: string = `${randomUUID()}@example.com`,
): Promise<Account> {
  const token = await requestToken(worker, email);
  const verified = await send(worker, "POST", "/auth/verify", { body: { token } });
  if (verified.status !== 200) throw new Error(`Not signed in: ${verified.text}`);
  return accountWith(worker, verified.body.account_id, verified.body.api_key, email);
}

export function accountWith(
  worker: Pick<PumaWorker, "url">,
  id: string,
  key: string,
  email = "",
): Account {
  const must = async (asked: Promise<PumaAnswer>) => {
    const answer = await asked;
    if (answer.status > 299) throw new Error(`${answer.method} ${answer.path}: ${answer.text}`);
    return answer.body;
  };
  const account: Account = {
    id,
    key,
    email,
    get: (path) => send(worker, "GET", path, { key }),
    post: (path, body, headers = {}) => send(worker, "POST", path, { key, body, headers }),
    delete: (path, body) => send(worker, "DELETE", path, { key, body }),
    add: (table, row) => must(account.post(`/v1/${table}`, row)),
    rows: async (table, query = {}) =>
      (await must(account.get(`/v1/${table}${queryString(query)}`))).rows,
  };
  return account;
}
