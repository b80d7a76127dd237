import type { z } from "zod";
import type { OperationDeclaration } from "../http/declare.ts";
import { parseInput } from "../http/explain-input.ts";
import { readJsonBody } from "../http/json-body.ts";
import { jsonDepthMax, jsonDepthOf } from "../lib/json-depth.ts";
import { bodyFault, inputFault } from "./dialect.ts";
import { inexactNumber } from "./rows/rules/exact-numbers.ts";
import { pumaFault } from "./rules/code.ts";

/** Reads and checks each part of a request with its declaration's schemas. Throws Faults. */
export async function readInput(
  declaration: OperationDeclaration,
  request: Request,
  pathParams: Record<string, string>,
  bodyBytesMax: number,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  const { params, query, body } = declaration;
  return {
    params: params && parseInput(params, pathParams, inputFault),
    query: readQuery(query, request.url),
    body: body && parseInput(body, await readBody(request, bodyBytesMax), inputFault),
  };
}

async function readBody(request: Request, bytesMax: number): Promise<unknown> {
  const read = await readJsonBody(request, bytesMax);
  if (!read.ok) throw bodyFault(read.problem);
  refuseInexactNumbers(read.text, read.value);
  return read.value;
}

/**
 * Parses a parameter that holds JSON; `undefined` for what is not JSON, or nested too deep. Faults:
 * `unsupported_number`.
 */
export function jsonParameter(text: string): unknown {
  if (jsonDepthOf(text) > jsonDepthMax) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  refuseInexactNumbers(text, value);
  return value;
}

/** Refuses JSON with a number that would not come back as it was sent. Faults: `unsupported_number`. */
export function refuseInexactNumbers(text: string, value: unknown): void {
  const literal = inexactNumber(text, value);
  if (literal === null) return;
  const number = literal.length > 60 ? `${literal.slice(0, 60)}…` : literal;
  throw pumaFault(
    "unsupported_number",
    `${number} cannot be kept exactly (numbers are IEEE 754 doubles); send it as a string`,
    { number },
  );
}

/** The query's parameters by name. Faults: one that is unknown or given twice, by name. */
function readQuery(schema: z.ZodObject | undefined, url: string): unknown {
  const start = url.indexOf("?");
  const given: Record<string, string> = {};
  if (start !== -1) {
    for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
      if (!schema || !Object.hasOwn(schema.shape, name)) throw parameterFault(name, "Unknown");
      if (Object.hasOwn(given, name)) throw parameterFault(name, "Repeated");
      given[name] = value;
    }
  }
  return schema && parseInput(schema, given, inputFault);
}

function parameterFault(name: string, problem: "Unknown" | "Repeated"): Error {
  const field = name.slice(0, 200);
  return pumaFault("invalid_request", `${problem} parameter: ${field}`, { field });
}
