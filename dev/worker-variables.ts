import { failure } from "./failure.ts";
import { writePrivate } from "./private-file.ts";

/**
 * Writes Worker variables where only we can read them, in the form `wrangler dev --env-file`
 * takes: process arguments are open to every user of the machine.
 */
export function writeVariables(path: string, variables: Record<string, string>): void {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  writePrivate(path, lines.join(""));
}

/** Nothing is an escape inside these quotes, but wrangler expands `$NAME` in every value. */
function quote(name: string, value: string): string {
  const mark = ["'", "`"].find((candidate) => !value.includes(candidate));
  if (mark === undefined) throw failure(`The value of ${name} must not have both ' and \`.`);
  return `${mark}${value.replaceAll("$", "\\$")}${mark}`;
}
