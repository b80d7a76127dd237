import { setTimeout as pause } from "node:timers/promises";
import { faultsOf } from "../test/support/check-answer.ts";
import type { Finding } from "./finding.ts";
import { type Api, createJournal, type Journal } from "./journal.ts";
import { createOutages, type Outages } from "./outages.ts";
import type { World } from "./world.ts";

/** What all parts of a run share, and the one way in which they send requests. */
export type Soak = {
  world: World;
  outages: Outages;
  journal: Journal;
  findings: Finding[];
  report(finding: Finding): void;
  /** Every secret that somebody was given, by what it is. */
  secrets: Map<string, string>;
  /** Whether the load is over. */
  isOver(): boolean;
  end(): void;
};

export function createSoak(world: World): Soak {
  const findings: Finding[] = [];
  const report = (finding: Finding) => void findings.push(finding);
  const outages = createOutages();
  let over = false;
  return {
    world,
    outages,
    journal: createJournal(outages, report),
    findings,
    report,
    secrets: new Map(),
    isOver: () => over,
    end() {
      over = true;
    },
  };
}

export type Request = {
  api: Api;
  /** What is asked for, such as `createDatabase`. */
  what: string;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  token: string | null;
  body?: unknown;
  headers?: Record<string, string>;
};

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: clients read answers of many shapes, and check them
  body: any;
};

/** Longer than any answer may take. */
const answerTimeoutMs = 150_000;

/** Sends a request once, when there is a Worker. Null: whether it was done nobody knows. */
async function send(soak: Soak, request: Request): Promise<Answer | null> {
  const { api, what, method, path, token, body } = request;
  const url = await soak.world.address();
  const fromMs = performance.now();
  const note = (status: number | null, retryAfter: string | null, text: string) =>
    soak.journal.note({ api, what, status, retryAfter, text, fromMs, toMs: performance.now() });
  try {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(answerTimeoutMs),
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...request.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers } = response;
    note(status, headers.get("retry-after"), status < 400 ? "" : text.slice(0, 500));
    const answer: Answer = { status, headers, text, body: readBody(text) };
    checkShape(soak, request, answer);
    return answer;
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      soak.report({ kind: "unexpected answer", what: `${what}: none in ${answerTimeoutMs} ms` });
    }
    note(null, null, "");
    return null;
  }
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Polykomos's answers are as declared, whatever happens around them. */
function checkShape(soak: Soak, request: Request, answer: Answer): void {
  if (request.api === "puma") return;
  const { method, path, what } = request;
  const faults = faultsOf({ method, path, accept: null, ...answer });
  if (faults.length === 0) return;
  const detail = { faults, text: answer.text.slice(0, 500) };
  soak.report({ kind: "malformed answer", what: `${what} ${answer.status}`, detail });
}

/** Of a minute that the soak has no time for: whoever is told to wait longer waits so long. */
const longestPauseMs = 3_000;
/** After the end of the load, for what is under way. */
const patienceMs = 90_000;

type Tried = { answer: Answer | null; tries: number };

/**
 * Sends a request and, as the documents tell clients to, sends it again after a lost answer, 409
 * `idempotency_key_in_progress`, 429 and 503. Only for what may be sent twice. `walksAway`: a lost
 * answer is the end of it.
 */
export async function persist(soak: Soak, request: Request, walksAway = false): Promise<Tried> {
  let endsAtMs = Number.POSITIVE_INFINITY;
  for (let tries = 1; ; tries++) {
    const answer = await send(soak, request);
    if (answer && !mayTryAgain(answer)) return { answer, tries };
    if (walksAway && !answer) return { answer: null, tries };
    if (soak.isOver()) endsAtMs = Math.min(endsAtMs, performance.now() + patienceMs);
    if (performance.now() > endsAtMs) return { answer: null, tries };
    const seconds = Number(answer?.headers.get("retry-after") ?? 0.2);
    await pause(Math.min(longestPauseMs, seconds * 1_000));
  }
}

function mayTryAgain({ status, body }: Answer): boolean {
  const code = body?.error?.code;
  return status >= 500 || status === 429 || code === "idempotency_key_in_progress";
}

/** The operator's call, which must work once there is a Worker. */
export async function asOperator(
  soak: Soak,
  token: string,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const request: Request = {
    api: "operator",
    what: path.replaceAll(/\d+/g, "{id}"),
    method,
    path: `/admin/v1${path}`,
    token,
    ...(body === undefined ? {} : { body }),
  };
  const answer = await send(soak, request);
  if (answer && answer.status < 300) return answer;
  throw new Error(`${method} ${path}: ${answer?.status ?? "no answer"} ${answer?.text ?? ""}`);
}

/** An answer that a correct request must not get. */
export function unexpected(soak: Soak, what: string, answer: Answer): void {
  const code = answer.body?.error?.code ?? "";
  const detail = { text: answer.text.slice(0, 500) };
  soak.report({ kind: "unexpected answer", what: `${what}: ${answer.status} ${code}`, detail });
}
