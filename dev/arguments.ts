import { parseArgs } from "node:util";
import { failure } from "./failure.ts";

export type StartArguments = {
  port: number;
  /** Empty our data first. */
  fresh: boolean;
  /** Worker variables given with `--var NAME:VALUE`. */
  variables: Record<string, string>;
};

const DEFAULT_PORT = 8787;
const PORT_MAX = 65_535;
const USAGE = "Usage: [PORT=8787] npm start [-- [--fresh] [--var NAME:VALUE]…]";

/** Reads the command line and PORT; a failure with the usage when something is not understood. */
export function readArguments(words: string[], portText: string | undefined): StartArguments {
  const { fresh = false, var: pairs = [] } = parse(words);
  const variables: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Z][A-Z0-9_]*):([\s\S]*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw failure(`--var needs NAME:VALUE with an upper-case name, not "${pair}". ${USAGE}`);
    }
    variables[name] = value;
  }
  return { port: readPort(portText), fresh, variables };
}

function parse(words: string[]) {
  try {
    const options = {
      fresh: { type: "boolean" },
      var: { type: "string", multiple: true },
    } as const;
    return parseArgs({ args: words, options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const reason = error.message.split(/[.\n]/)[0];
    throw failure(`${reason}. ${USAGE}`);
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw failure(`PORT must be a number from 1 to ${PORT_MAX}, not "${text}". ${USAGE}`);
}
