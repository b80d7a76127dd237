/**
 * Why an attempt of an operation failed, as its owner is told. The server's own words name hosts and
 * accounts of the operator's, so they are kept for the operator.
 */
export const failureMessages = {
  server_unreachable: "The database server could not be reached",
  blueprint_failed: "The blueprint could not be applied",
  server_refused: "The database server refused a step",
  internal_error: "Something went wrong on our side",
} as const satisfies Record<string, string>;

export type FailureCode = keyof typeof failureMessages;
