import { type ParseArgsConfig, parseArgs } from "node:util";
import { failure } from "./failure.ts";

/** Reads a command line; what it does not understand is a failure that ends with the usage. */
export function parseWords<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The sentences after the first are about words that begin with a dash.
    const reason = error.message.split(/[.\n]/)[0];
    throw failure(`${reason}. ${usage}`);
  }
}
