import type { z } from "zod";

/**
 * A declared operation: everything a client may know of one endpoint, with nothing that runs. The
 * same object validates requests, builds the OpenAPI document and drives the contract tests.
 */
type Method = "get" | "post" | "put" | "patch" | "delete";

export type Answer = {
  description: string;
  /** Leave out for an answer without a JSON body. */
  schema?: z.ZodType;
  /** The answer as `application/problem+json`, for clients that ask for it. */
  problem?: z.ZodType;
  headers?: Record<string, { description: string; type: "string" | "integer" }>;
};

export type OperationDeclaration<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> = {
  method: Method;
  /** In the form of OpenAPI, below the API's root: `/databases/{uuid}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** Scopes of which a key needs one; empty: any valid key; `"public"`: no key at all. */
  access: readonly string[] | "public";
  /** Whether a write takes an `Idempotency-Key`. */
  idempotency?: "required" | "accepted";
  params?: Params;
  query?: Query;
  body?: Body;
  answers: Record<number, Answer>;
};

/** What a handler is given: each part as its schema read it. */
export type InputOf<Declaration> =
  Declaration extends OperationDeclaration<infer Params, infer Query, infer Body>
    ? { params: z.output<Params>; query: z.output<Query>; body: z.output<Body> }
    : never;

/** Types a declaration; at run time the identity. */
export function declare<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
>(
  declaration: OperationDeclaration<Params, Query, Body>,
): OperationDeclaration<Params, Query, Body> {
  return declaration;
}
