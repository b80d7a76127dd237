import { createLineCounter } from "./lines.ts";
import { readBody } from "./plpgsql.ts";
import { createInspector, type Inspector } from "./postgres-inspector.ts";
import { postgresCuts } from "./postgres-lexer.ts";
import { loadPostgresParser, type Parsed, type PostgresParser } from "./postgres-parser.ts";
import {
  addStatement,
  addTooMany,
  newReading,
  type Reading,
  statementsMax,
  syntaxErrorsMax,
} from "./script.ts";

/**
 * Reads a whole script with PostgreSQL's parser, a part at a time so that no more than one part's
 * tree is in memory. A part that the parser accepts ends where a statement ends: only between
 * statements does its grammar take the end of the text.
 */
const partChars = 48 * 1_024;

type State = {
  text: string;
  parser: PostgresParser;
  inspector: Inspector;
  reading: Reading;
  /** The line of a place; places must be asked for in order. */
  lineAt(at: number): number;
};

/** What the parser could not hold ends in this; the parser is of no use afterwards. */
class Overflow extends Error {}

/** The parser of this isolate; none before the first use, and after one has overflowed. */
let shared: PostgresParser | null = null;

export async function readPostgres(text: string): Promise<Reading> {
  // Not the promise is kept: a request may not wait on what another one began.
  shared ??= await loadPostgresParser();
  const state: State = {
    text,
    parser: overflowing(shared),
    inspector: createInspector(),
    reading: newReading(),
    lineAt: createLineCounter(text),
  };
  try {
    readParts(state);
  } catch (error) {
    if (!(error instanceof Overflow)) throw error;
    shared = null;
    const message = "it is nested too deeply, or one statement is too long";
    state.reading.errors.push({ code: "too_complex", line: state.lineAt(0), message });
  }
  return state.reading;
}

/**
 * The parser, with `Overflow` for all that it throws: it reports everything else, so the stack of V8
 * or of the module, or its memory, came to its end inside, and its state is unknown.
 */
function overflowing(parser: PostgresParser): PostgresParser {
  function guarded<Value>(read: (text: string) => Value): (text: string) => Value {
    return (text) => {
      try {
        return read(text);
      } catch (error) {
        throw new Overflow("The parser overflowed", { cause: error });
      }
    };
  }
  return { parse: guarded(parser.parse), plpgsql: guarded(parser.plpgsql) };
}

function readParts(state: State): void {
  const { text, reading } = state;
  const cuts = postgresCuts(text);
  let start = 0;
  for (let index = 0; index < cuts.length; index++) {
    const end = cuts[index] ?? text.length;
    const isLast = index === cuts.length - 1;
    if (!isLast && (cuts[index + 1] ?? 0) - start <= partChars) continue;
    const parsed = state.parser.parse(text.slice(start, end));
    if (parsed.ok) take(state, start, end, parsed.statements);
    else readOneByOne(state, start, end, cuts);
    start = end;
    if (reading.statementCount > statementsMax) {
      addTooMany(reading, state.lineAt(start));
      return;
    }
    if (reading.errors.filter(({ code }) => code === "syntax").length >= syntaxErrorsMax) return;
  }
}

/** Statement by statement, so that each error is told with its own line. */
function readOneByOne(state: State, from: number, to: number, cuts: readonly number[]): void {
  let start = from;
  for (const cut of cuts) {
    if (cut <= from || cut > to) continue;
    const parsed = state.parser.parse(state.text.slice(start, cut));
    if (parsed.ok) take(state, start, cut, parsed.statements);
    else {
      state.reading.statementCount += 1;
      state.reading.errors.push({
        code: "syntax",
        line: state.lineAt(start + parsed.at),
        message: psqlHint(parsed.message),
      });
      if (state.reading.errors.length >= syntaxErrorsMax) return;
    }
    start = cut;
  }
}

function psqlHint(message: string): string {
  return message.includes('"\\"') ? `${message} (a command of psql is no SQL)` : message;
}

function take(
  state: State,
  start: number,
  end: number,
  statements: (Parsed & { ok: true })["statements"],
): void {
  const { reading, parser, inspector, text } = state;
  const part = text.slice(start, end);
  const places = byteReader(part);
  for (const { node, byteStart, byteEnd } of statements) {
    const from = start + places(byteStart);
    const to = byteEnd === null ? start + part.trimEnd().length : start + places(byteEnd);
    const line = state.lineAt(from);
    const found = inspector.inspect(node, (body) => readBody(parser, body));
    addStatement(reading, found, { line, start: from, end: to });
  }
}

/** Turns offsets in UTF-8, asked for in rising order, into offsets in the text. */
function byteReader(part: string): (byte: number) => number {
  const bytes = Buffer.from(part, "utf8");
  if (bytes.length === part.length) return (byte) => byte;
  let atByte = 0;
  let atChar = 0;
  return (byte) => {
    if (byte > atByte) {
      atChar += bytes.toString("utf8", atByte, byte).length;
      atByte = byte;
    }
    return atChar;
  };
}
