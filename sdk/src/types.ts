import type { Retry, Send } from "./retry.ts";

/** How the types of an API's operations become the types of a client's methods. */
export type ClientOptions = {
  /** Where the API stands, without a path: `https://polykomos.com`. */
  url: string;
  /** A key of the API. */
  key: string;
  /** Sends requests instead of the global `fetch`. */
  fetch?: Send;
  /** What all calls differ in from the usual retries. */
  retry?: Partial<Retry>;
};

/** What a call can be given besides the operation's own input. */
export type CallOptions = {
  /** Ends the call, its waits too. */
  signal?: AbortSignal | undefined;
  retry?: Partial<Retry> | undefined;
};

/** What is known of an operation at run time; generated. */
export type Operation = {
  method: "get" | "post" | "put" | "patch" | "delete";
  path: string;
  /** Whether it takes an Idempotency-Key. */
  keyed: boolean;
  /** The field of a list's items that names a place in the list. */
  cursor?: string;
};

export type Table = Readonly<Record<string, Operation>>;

type Json<Of> = Of extends { content: { "application/json": infer Body } } ? Body : never;

type BodyPart<Op> = Op extends { requestBody: infer Sent }
  ? { body: Json<Sent> }
  : Op extends { requestBody?: infer Sent }
    ? [Json<NonNullable<Sent>>] extends [never]
      ? { body?: never }
      : { body?: Json<NonNullable<Sent>> }
    : { body?: never };

type ParameterPart<Op> = Op extends { parameters: infer Parameters }
  ? Pick<Parameters, Extract<keyof Parameters, "path" | "query">>
  : unknown;

type KeyPart<Entry> = Entry extends { keyed: true }
  ? {
      /** Made by the client when left out; give one to make the same write again later. */
      idempotencyKey?: string | undefined;
    }
  : { idempotencyKey?: never };

/** What an operation is called with. */
export type Input<Op, Entry> = ParameterPart<Op> & BodyPart<Op> & KeyPart<Entry> & CallOptions;

/** What an operation answers with when it is done. */
export type Success<Op> = Op extends { responses: infer Answers }
  ? { [Status in Extract<keyof Answers, 200 | 201 | 202>]: Json<Answers[Status]> }[Extract<
      keyof Answers,
      200 | 201 | 202
    >]
  : never;

type Method<Op, Entry> =
  Record<never, never> extends Input<Op, Entry>
    ? (input?: Input<Op, Entry>) => Promise<Success<Op>>
    : (input: Input<Op, Entry>) => Promise<Success<Op>>;

/** A method for each operation, named by its operationId. */
export type Methods<Operations, Entries> = {
  [Id in keyof Entries & keyof Operations]: Method<Operations[Id], Entries[Id]>;
};

/** The operations that answer a page of a list. */
export type ListId<Operations, Entries> = {
  [Id in keyof Entries & keyof Operations]: Entries[Id] extends { cursor: string } ? Id : never;
}[keyof Entries & keyof Operations];

/** An item of such a list. */
export type Item<Op> = Success<Op> extends { data: readonly (infer Each)[] } ? Each : never;
