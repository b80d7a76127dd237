import * as z from "zod";

/** An integer written in a query string: digits, as JSON writes it. */
export function queryInteger(min: number, max: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ override: { type: "integer", minimum: min, maximum: max } });
}

/** The same, with what holds where the query has none. */
export function queryIntegerOr(min: number, max: number, byDefault: number) {
  return queryInteger(min, max)
    .default(byDefault)
    .meta({ override: { type: "integer", minimum: min, maximum: max, default: byDefault } });
}
