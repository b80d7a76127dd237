import type { InputOf, OperationDeclaration } from "../http/declare.ts";
import type { PumaDeps } from "./deps.ts";
import type { SizeStatus } from "./dialect.ts";
import type { JsonText } from "./rules/json-text.ts";
import type { OperationKind, OperationOf, OperationValues, RateClass } from "./rules/operation.ts";

/** Who asks: an account, and the SHA-256 in hexadecimal of the key that must prove it. */
export type PumaCaller = { accountId: string; keyHash: string };

/** A finished answer: JSON text that is sent as it is. */
export type PumaReply = {
  status: 200 | 201;
  body: JsonText;
  headers?: Record<string, string>;
};

/** An endpoint that needs a key: input → one operation of the account → answer. */
export type PumaEndpoint = {
  declaration: OperationDeclaration;
  rateClass: RateClass;
  bodyBytesMax: number;
  sizeStatus: SizeStatus;
  prepare(
    input: { params: unknown; query: unknown; body: unknown },
    request: PumaRequest,
  ): PreparedOperation;
};

/** What a handler may know of a request besides its declared input. */
export type PumaRequest = {
  headers: Headers;
  caller: PumaCaller;
  url: string;
  deps: PumaDeps;
};

/** An operation together with how its value is shown. */
export type PreparedOperation = {
  operation: OperationOf<OperationKind>;
  reply(value: OperationValues[OperationKind]): PumaReply;
};

/**
 * Ties an operation to the view of its value. The cast holds because the account's object answers
 * every operation with the value of its kind, and this value is the answer to this operation.
 */
export function prepared<Kind extends OperationKind>(
  operation: OperationOf<Kind>,
  view: (value: OperationValues[Kind]) => PumaReply,
): PreparedOperation {
  return { operation, reply: view as PreparedOperation["reply"] };
}

/** A request's body with one row or a little more: a row of the largest size, all of it escaped. */
export const oneRowBytesMax = 512 * 1024;
/** A batch of a hundred rows of the largest size, with room for escapes. */
export const batchBytesMax = 16 * 1024 * 1024;

/**
 * Ties a handler to its declaration, so that its input has the declaration's types. A GET uses up a key's
 * reads, everything else its writes. `sizeStatus` is 413 where the wire contract declares it. The cast
 * holds because every part of the input is parsed with that very declaration's schemas before the call.
 */
export function pumaEndpoint<Declaration extends OperationDeclaration>(
  declaration: Declaration,
  prepare: (input: InputOf<Declaration>, request: PumaRequest) => PreparedOperation,
  bounds: { bodyBytesMax?: number; sizeStatus?: SizeStatus } = {},
): PumaEndpoint {
  const { bodyBytesMax = oneRowBytesMax, sizeStatus = 400 } = bounds;
  const rateClass = declaration.method === "get" ? "reads" : "writes";
  const handler = prepare as PumaEndpoint["prepare"];
  return { declaration, rateClass, bodyBytesMax, sizeStatus, prepare: handler };
}
