import type { Context } from "hono";
import * as z from "zod";
import type { OperationDeclaration } from "../http/declare.ts";
import { type InputProblem, parseInput } from "../http/explain-input.ts";
import { readJsonBody } from "../http/json-body.ts";
import type { Fault } from "../lib/fault.ts";
import { type Code, fault } from "./dialect.ts";
import { fingerprintOf, readIdempotencyKey } from "./idempotency.ts";

/** Reads a request's parts with its declaration's schemas; what is wrong is thrown as a Fault. */
export const bodyBytesMax = 1_000_000;

export type RequestInput = {
  params: unknown;
  query: unknown;
  body: unknown;
  /** The Idempotency-Key and what the body asks for; null when no key was sent. */
  idempotency: { key: string; fingerprint: string } | null;
};

function inputFault(problems: InputProblem[]): Fault<Code> {
  const [first] = problems;
  if (!first) throw new Error("A failed parse has no problem to tell");
  const codes = {
    missing: "missing_required_field",
    invalid: "invalid_field",
    unknown: "unknown_field",
  } as const;
  const problemList = problems.slice(0, 20).map(({ field, message }) => ({ field, message }));
  const more = problems.length > 1 ? { problems: problemList } : {};
  const allowed = first.allowed ? { allowed: first.allowed } : {};
  return fault(codes[first.kind], first.message, { field: first.field, ...allowed, ...more });
}

function queryFault(problems: InputProblem[]): Fault<Code> {
  const atCursor = problems.find((problem) => problem.field === "starting_after");
  if (!atCursor || problems.length > 1) return inputFault(problems);
  return fault("invalid_cursor", atCursor.message, { field: "starting_after" });
}

async function readBody(request: Request): Promise<unknown> {
  const body = await readJsonBody(request, bodyBytesMax);
  if (body.ok) return body.value;
  switch (body.problem.kind) {
    case "too_large":
      throw fault("body_too_large", `The body is over ${bodyBytesMax} bytes`);
    case "wrong_type":
      throw fault(
        "unsupported_media_type",
        "Send the body as Content-Type: application/json, in UTF-8 and not compressed",
      );
    case "unreadable":
      throw fault("invalid_json", `The body is not readable JSON: ${body.problem.reason}`);
  }
}

function queryOf(url: string): Record<string, string | string[]> {
  if (!url.includes("?")) return {};
  const { searchParams } = new URL(url);
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name);
    // Defined, not assigned: a parameter may be called __proto__.
    Object.defineProperty(query, name, {
      value: values.length === 1 ? values[0] : values,
      enumerable: true,
    });
  }
  return query;
}

/** Reads path, query, headers and body, the idempotency header first. */
export async function readInput(
  declaration: OperationDeclaration,
  context: Context,
): Promise<RequestInput> {
  const request = context.req.raw;
  const key = declaration.idempotency
    ? readIdempotencyKey(
        request.headers.get("idempotency-key"),
        declaration.idempotency === "required",
      )
    : null;
  const rawBody = declaration.body ? await readBody(request) : undefined;
  const raw = { params: context.req.param(), query: queryOf(request.url), body: rawBody };
  return {
    ...parseParts(declaration, raw),
    idempotency: key === null ? null : { key, fingerprint: fingerprintOf(rawBody) },
  };
}

const noQuery = z.strictObject({});

/** The parts of a request as the declaration's schemas read them. */
export function parseParts(
  { params, query, body }: OperationDeclaration,
  raw: { params: unknown; query: unknown; body: unknown },
): { params: unknown; query: unknown; body: unknown } {
  return {
    params: params ? parseInput(params, raw.params, inputFault) : {},
    // An operation that declares no parameters takes none.
    query: parseInput(query ?? noQuery, raw.query, queryFault),
    body: body ? parseInput(body, raw.body, inputFault) : undefined,
  };
}
