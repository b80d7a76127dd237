/** For the default of a switch over a union: a missing case does not type-check. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`);
}
