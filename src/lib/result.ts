/** What crosses an RPC boundary: exceptions lose their fields there, values do not. */
export type Result<Value, Failure> = { ok: true; value: Value } | { ok: false; failure: Failure };

/** For the default of a switch over a union: a missing case does not type-check. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`);
}
