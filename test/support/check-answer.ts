import { isInnerList, parseList } from "structured-headers";
import { apiError, apiProblem } from "../../src/polykomos/schemas.ts";
import { breaches, contract } from "./contract.ts";
import { type Declared, declarationOf } from "./declarations.ts";
import { resolve } from "./openapi.ts";
import { strict } from "./strict-schema.ts";

/**
 * What every answer of Polykomos and of the operator's API must be, whatever a test asks for: the
 * declared status and schema with nothing undeclared, the contract's schema, and the headers.
 */
export type Exchange = {
  method: string;
  /** With its query. */
  path: string;
  accept: string | null;
  status: number;
  headers: Headers;
  body: unknown;
};

/** A trace of our code or of the store in an answer. */
const leak = /\bat \S+ \(|node_modules|\.ts:\d|NeonDbError|SELECT |INSERT INTO|stack/;

/** A question's own statement is told of on purpose, and so is the reason why it was not run. */
function withoutStatement(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), function (key, value) {
    return key === "sql" && "query_id" in this ? undefined : value;
  });
}

/** What answers where nothing is declared. */
const undeclared = { schema: apiError, problem: apiProblem };

/** Everything wrong with an answer, one line each. */
export function faultsOf(exchange: Exchange): string[] {
  const path = new URL(exchange.path, "http://host").pathname;
  if (!/^\/(api|admin)\/v1\//.test(path)) return [];
  const declaration = declarationOf(exchange.method, path);
  const isHead = exchange.method === "HEAD";
  return [
    ...headerFaults(exchange, declaration),
    ...(isHead ? [] : bodyFaults(exchange, declaration)),
  ];
}

function bodyFaults(exchange: Exchange, declaration: Declared | null): string[] {
  const { body, status, headers } = exchange;
  const lines: string[] = [];
  const requestId = requestIdOf(body);
  if (!/^req_[a-z0-9]{12,}$/.test(requestId)) lines.push(`request_id is ${requestId}`);
  if (headers.get("x-request-id") !== requestId) lines.push("X-Request-Id is not request_id");
  if (status >= 400 && leak.test(JSON.stringify(withoutStatement(body)))) {
    lines.push("it tells of our insides");
  }

  const answer = declaration?.answers[status];
  if (declaration && !answer) lines.push(`the status ${status} is not declared`);
  if (!declaration && status !== 404 && status !== 405) lines.push("nothing is declared there");
  const isProblem = headers.get("content-type") === "application/problem+json";
  const { problem, schema: plain } = declaration ? { ...answer } : undeclared;
  const schema = isProblem ? problem : plain;
  if (schema) {
    const parsed = strict(schema).safeParse(body);
    if (!parsed.success) lines.push(`not as declared: ${parsed.error.message}`);
  } else if (declaration) {
    lines.push("no schema is declared");
  }
  return isProblem || !declaration ? lines : [...lines, ...contractFaults(exchange, declaration)];
}

function requestIdOf(body: unknown): string {
  return typeof body === "object" && body !== null && "request_id" in body
    ? String(body.request_id)
    : "missing";
}

function contractFaults({ status, body }: Exchange, declaration: Declared): string[] {
  const response = contract.paths[declaration.path]?.[declaration.method]?.responses[status];
  if (!response) return [];
  const schema = resolve(contract, response).content?.["application/json"]?.schema;
  return schema ? breaches(body, schema).map((line) => `against the contract: ${line}`) : [];
}

function headerFaults(exchange: Exchange, declaration: Declared | null): string[] {
  const { status, headers, accept } = exchange;
  const lines: string[] = [];
  const wantsProblem = status >= 400 && /application\/problem\+json/.test(accept ?? "");
  const type = wantsProblem ? "application/problem+json" : "application/json";
  if (headers.get("content-type") !== type) lines.push(`it is ${headers.get("content-type")}`);
  if (!headers.has("x-request-id")) lines.push("X-Request-Id is missing");
  if (headers.get("cache-control") !== "no-store") lines.push("it may be cached");
  if (status === 429 || status === 503) {
    const seconds = headers.get("retry-after") ?? "";
    if (!/^[1-9]\d*$/.test(seconds)) lines.push(`Retry-After is "${seconds}"`);
  }
  if (status === 401 && !/^Bearer realm="/.test(headers.get("www-authenticate") ?? "")) {
    lines.push("a 401 without WWW-Authenticate");
  }
  if (status === 405 && !headers.get("allow")) lines.push("a 405 without Allow");
  if (declaration?.api === "polykomos" && isAuthenticated(exchange)) {
    lines.push(...rateLimitFaults(headers));
  }
  return lines;
}

/** Whether the request's key was accepted, so that the answer tells its limits. */
function isAuthenticated({ status, body, headers, method }: Exchange): boolean {
  if (status === 401) return false;
  // The store may be away before the key could be looked up.
  if (status >= 500) return headers.has("ratelimit");
  if (status !== 403) return true;
  if (method === "HEAD") return headers.has("ratelimit");
  return JSON.stringify(body).includes('"missing_scope"');
}

type Item = { name: string; parameters: Map<string, unknown> };

/** Reads a list of strings with parameters by RFC 9651. */
export function readPolicies(header: string | null): Item[] {
  return parseList(header ?? "").map((member) => {
    if (isInnerList(member)) throw new Error("an inner list");
    const [name, parameters] = member;
    if (typeof name !== "string") throw new Error("not a string");
    return { name, parameters };
  });
}

function rateLimitFaults(headers: Headers): string[] {
  const lines: string[] = [];
  try {
    const policies = readPolicies(headers.get("ratelimit-policy"));
    const left = readPolicies(headers.get("ratelimit"));
    if (policies[0]?.name !== "minute" || policies[0].parameters.get("w") !== 60) {
      lines.push("RateLimit-Policy has no minute");
    }
    if (left.map(({ name }) => name).join() !== policies.map(({ name }) => name).join()) {
      lines.push("RateLimit and RateLimit-Policy name different policies");
    }
    for (const { name, parameters } of left) {
      const [remaining, seconds] = [parameters.get("r"), parameters.get("t")];
      const areCounts = Number.isInteger(remaining) && Number.isInteger(seconds);
      if (!areCounts || Number(remaining) < 0 || Number(seconds) < 1) {
        lines.push(`RateLimit of ${name} is r=${remaining};t=${seconds}`);
      }
    }
    const older = ["limit", "remaining", "reset"].map((each) => headers.get(`x-ratelimit-${each}`));
    const [minute, now] = [policies[0]?.parameters, left[0]?.parameters];
    const newer = [minute?.get("q"), now?.get("r"), now?.get("t")].map(String);
    if (older.join() !== newer.join()) lines.push(`X-RateLimit-* is ${older}, not ${newer}`);
  } catch (error) {
    lines.push(`RateLimit is no structured field: ${error}`);
  }
  return lines;
}
