import { sqlState } from "../../db/errors.ts";
import type { QuestionLimits } from "../../fleet/questions.ts";
import { minuteMs, pause, secondMs } from "../../lib/clock.ts";
import { Fault } from "../../lib/fault.ts";
import { randomPassword, sha256Hex } from "../../lib/secrets.ts";
import type { Caller } from "../caller.ts";
import { openPlace } from "../databases/place.ts";
import type { Plans } from "../databases/plans.ts";
import { fault, notFound } from "../dialect.ts";
import {
  answerOfEarlier,
  type Ended,
  endingOf,
  faultOf,
  inDoubt,
  scopeFor,
  translatorNamed,
} from "./answers.ts";
import type { Answered, Outcome } from "./run/outcome.ts";
import { isTimeout } from "./run/refusals.ts";
import { type RunQuestionDeps, runQuestion } from "./run/run.ts";
import * as store from "./store.ts";

/** The verbs of questions: take a place, run, record, answer. */
export type QueryDeps = RunQuestionDeps & {
  plans: Plans;
  queryLimits: QuestionLimits;
  /** Rows that one change may touch without somebody's yes. */
  affectedRowsMax: number;
  /** Questions a minute of one user, whichever of the keys asks. */
  questionsPerMinute: number;
};

type AskInput = {
  databaseUuid: string;
  question: string;
  /** The word that says yes to what an earlier answer told of. */
  confirm: string | null;
};

/** Questions that one database answers at once; its reader may have five sessions. */
const placesMax = 2;
/** A question waits so long for a place. */
const placePatienceMs = 20 * secondMs;
const pollEveryMs = [20, 30, 40, 60, 80, 120] as const;
/** Translating, waiting and two statements at most; a place that is held longer is free again. */
const leaseMarginMs = minuteMs;
/** A word of consent is good for this long. */
const confirmMs = 5 * minuteMs;
const examplesMax = 200;
/** An answer that is kept for replays must fit into a record of the account's object. */
const keptBytesMax = 1024 * 1024;

/** Asks a database a question. What is no answer is thrown as a Fault. */
export async function askQuestion(
  deps: QueryDeps,
  caller: Caller,
  input: AskInput,
): Promise<{ outcome: Answered; queryId: number }> {
  const startedAtMs = deps.clock();
  const begun = await takePlace(deps, caller, input);
  const { id } = begun;
  if (id === null) return answerOfEarlier(begun.earlier);

  const sinceStartMs = () => Math.max(0, deps.clock() - startedAtMs);
  const end = (outcome: Ended) =>
    store.endExecution(deps.store, id, endingOf(outcome, sinceStartMs()), new Date(deps.clock()));
  let outcome: Outcome;
  try {
    outcome = await run(deps, caller, input, { ...begun, id });
  } catch (error) {
    const errorCode = error instanceof Fault ? error.code : "internal_error";
    const broken = { errorCode, durationMs: sinceStartMs() };
    const change = await store.breakExecution(deps.store, id, broken, new Date(deps.clock()));
    if (!isOutage(error)) throw error;
    throw change === null ? unavailable() : inDoubt(change.sql, id);
  }
  if (outcome.kind !== "confirm") {
    await end(outcome);
    if (outcome.kind === "read" || outcome.kind === "changed" || outcome.kind === "defined") {
      return { outcome, queryId: id };
    }
    throw faultOf(outcome, id, null);
  }
  const word = randomPassword();
  const until = new Date(deps.clock() + confirmMs);
  await end({ ...outcome, consent: { hash: sha256Hex(word), until } });
  throw faultOf(outcome, id, { word, until });
}

async function run(
  deps: QueryDeps,
  caller: Caller,
  input: AskInput,
  begun: store.Begun & { id: number },
): Promise<Outcome> {
  const { earlier, id } = begun;
  const { queryLimits } = deps;
  const isKept = caller.requestKey !== null;
  return await runQuestion(deps, {
    place: await openPlace(deps, begun.place),
    readerPasswordSealed: begun.readerPasswordSealed,
    question: input.question,
    consented: input.confirm === null ? null : consentOf(earlier),
    limits: isKept
      ? { ...queryLimits, bytesMax: Math.min(queryLimits.bytesMax, keptBytesMax) }
      : queryLimits,
    affectedRowsMax: deps.affectedRowsMax,
    missingScope: (statementClass) => scopeFor(statementClass, caller.key.permissions),
    examples: () => store.listAnswered(deps.store, begun.place.database.id, examplesMax),
    onChange: (written) => store.markWriting(deps.store, id, written),
  });
}

function consentOf(earlier: store.Earlier | null) {
  if (!earlier?.sql || !earlier.translator) throw new Error("There is nothing to consent to");
  const { sql, confidence } = earlier;
  return { sql, translator: translatorNamed(earlier.translator), confidence: confidence ?? 0 };
}

/** Waits for one of the database's places, as long as that is worth it. */
async function takePlace(deps: QueryDeps, caller: Caller, input: AskInput): Promise<store.Begun> {
  const deadlineMs = deps.clock() + placePatienceMs;
  for (let poll = 0; ; poll++) {
    const nowMs = deps.clock();
    const begun = await store.beginExecution(deps.store, {
      userId: caller.userId,
      keyId: caller.key.keyId,
      databaseUuid: input.databaseUuid,
      question: input.question,
      requestKey: caller.requestKey,
      confirmHash: input.confirm === null ? null : sha256Hex(input.confirm),
      placesMax,
      perMinuteMax: deps.questionsPerMinute,
      leaseUntil: new Date(nowMs + leaseMarginMs + 2 * deps.queryLimits.timeoutMs),
      now: new Date(nowMs),
    });
    if (!begun) throw notFound("database");
    if (begun.id !== null || isOver(begun)) return begun;
    refuseForGood(deps, input, begun, nowMs);
    if (nowMs > deadlineMs) throw tooMany("other questions to this database are running", 1);
    await pause(pollEveryMs[poll] ?? 150);
  }
}

/** A change that an earlier run of the request has done, or may have. */
function isOver({ earlier }: store.Begun): boolean {
  return (
    earlier !== null &&
    (earlier.status === "writing" ||
      (earlier.status === "succeeded" && earlier.statementClass !== "read"))
  );
}

function refuseForGood(deps: QueryDeps, input: AskInput, begun: store.Begun, nowMs: number): void {
  if (begun.databaseStatus !== "active") {
    throw notReady(begun.databaseStatus);
  }
  if (input.confirm !== null && begun.earlier === null) {
    throw fault(
      "invalid_confirmation",
      "confirm: is unknown, used, too old, or for another question, database or key; ask again without it",
      { field: "confirm" },
    );
  }
  if (input.confirm === null && begun.recent >= deps.questionsPerMinute) {
    const since = begun.recentSince === null ? nowMs : Date.parse(begun.recentSince);
    const seconds = Math.max(1, Math.ceil((since + minuteMs - nowMs) / secondMs));
    throw tooMany(`a user may ask ${deps.questionsPerMinute} a minute`, seconds);
  }
}

/** 422: the database is paused, being made or the like. */
export function notReady(status: string) {
  return fault(
    "database_not_ready",
    `The database is ${status}; only an active one answers questions`,
    { status },
  );
}

function tooMany(reason: string, retryAfterSeconds: number) {
  const retryAfter = { "retry-after": String(retryAfterSeconds) };
  return fault("too_many_questions", `Too many questions: ${reason}`, undefined, retryAfter);
}

/** A server that is not reached, or does not serve now. */
export function isOutage(error: unknown): boolean {
  if (error instanceof Fault) return error.code === "server_unreachable";
  // A statement of our own that took too long: the server has too much to do.
  return /^(08|53|57P)/.test(sqlState(error) ?? "") || isTimeout(error);
}

/** 503: the server of the database is not reached. */
export function unavailable() {
  return fault("unavailable", "The database's server does not answer; try again later", undefined, {
    "retry-after": "5",
  });
}

/** Questions of the user's teams, newest first. */
export async function listQuestions(
  deps: Pick<QueryDeps, "store">,
  caller: Caller,
  page: { databaseUuid: string | null; limit: number; startingAfter: number | null },
) {
  const found = await store.listExecutions(deps.store, caller.userId, page);
  if (found) return found;
  throw fault("invalid_cursor", "starting_after: must be the id of one of your questions", {
    field: "starting_after",
  });
}
