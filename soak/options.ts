import { failure } from "../dev/failure.ts";
import { parseWords } from "../dev/parse-words.ts";

/** What `npm run soak -- …` takes. */
export type Options = { seconds: number; seed: number; clients: number; withFaults: boolean };

const usage =
  "Usage: npm run soak -- [--seconds 300] [--seed 1] [--clients 12] [--no-faults]: a run of at least 20 seconds with at least 2 clients";

/** Throws with the usage when an argument is unknown or out of bounds. */
export function readOptions(words: readonly string[]): Options {
  const options = {
    seconds: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    clients: { type: "string", default: "12" },
    "no-faults": { type: "boolean", default: false },
  } as const;
  const { values } = parseWords({ args: [...words], options }, usage);
  return {
    seconds: wholeNumber("seconds", values.seconds, 20),
    seed: wholeNumber("seed", values.seed, 0),
    clients: wholeNumber("clients", values.clients, 2),
    withFaults: !values["no-faults"],
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw failure(`--${name} must be a whole number from ${least}. ${usage}`);
}
