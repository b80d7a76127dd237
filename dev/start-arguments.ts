import { failure } from "./failure.ts";
import { parseWords } from "./parse-words.ts";

export type StartArguments = {
  port: number;
  /** Empty our data first. */
  fresh: boolean;
  /** Worker variables given with `--var NAME:VALUE`. */
  variables: Record<string, string>;
};

const defaultPort = 8787;
const portMax = 65_535;
const usage = "Usage: [PORT=8787] npm start [-- [--fresh] [--var NAME:VALUE]…]";

/** Reads the command line and PORT; a failure with the usage when something is not understood. */
export function readArguments(words: string[], portText: string | undefined): StartArguments {
  const options = {
    fresh: { type: "boolean" },
    var: { type: "string", multiple: true },
  } as const;
  const { fresh = false, var: pairs = [] } = parseWords({ args: words, options }, usage).values;
  const variables: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = /^([A-Z][A-Z0-9_]*):([\s\S]*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw failure(`--var needs NAME:VALUE with an upper-case name, not "${pair}". ${usage}`);
    }
    variables[name] = value;
  }
  return { port: readPort(portText), fresh, variables };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return defaultPort;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= portMax) return port;
  throw failure(`PORT must be a number from 1 to ${portMax}, not "${text}". ${usage}`);
}
