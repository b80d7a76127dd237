import { readBody } from "./plpgsql.ts";
import { postgresCuts } from "./postgres-lexer.ts";
import { loadPostgresParser, type Parsed, type PostgresParser } from "./postgres-parser.ts";
import { createInspector, type Inspector } from "./postgres-rules.ts";
import { addInspection, newReading, type Reading, statementsMax } from "./script.ts";

/**
 * Reads a whole script with PostgreSQL's parser, a part at a time so that no more than one part's
 * tree is in memory. A part that the parser accepts ends where a statement ends: only between
 * statements does its grammar take the end of the text.
 */
const partChars = 48 * 1_024;
const syntaxErrorsMax = 20;

type State = {
  text: string;
  parser: PostgresParser;
  inspector: Inspector;
  reading: Reading;
  line: number;
  /** How far `line` has been counted. */
  counted: number;
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
    parser: shared,
    inspector: createInspector(),
    reading: newReading(),
    line: 1,
    counted: 0,
  };
  try {
    readParts(state);
  } catch (error) {
    if (!(error instanceof Overflow)) throw error;
    shared = null;
    const message = "it is nested too deeply, or one statement is too long";
    state.reading.errors.push({ code: "too_complex", line: state.line, message });
  }
  return state.reading;
}

function readParts(state: State): void {
  const { text, reading } = state;
  const cuts = postgresCuts(text);
  let start = 0;
  for (let index = 0; index < cuts.length; index++) {
    const end = cuts[index] ?? text.length;
    const isLast = index === cuts.length - 1;
    if (!isLast && (cuts[index + 1] ?? 0) - start <= partChars) continue;
    const parsed = parse(state, text.slice(start, end));
    if (parsed.ok) take(state, start, end, parsed.statements);
    else readOneByOne(state, start, end, cuts);
    start = end;
    if (reading.statementCount > statementsMax) {
      const message = `a blueprint has at most ${statementsMax} statements`;
      reading.errors.push({ code: "too_many_statements", line: state.line, message });
      return;
    }
    if (reading.errors.filter(({ code }) => code === "syntax").length >= syntaxErrorsMax) return;
  }
}

function parse({ parser }: State, part: string): Parsed {
  try {
    return parser.parse(part);
  } catch (error) {
    // The stack of V8 or of the module, or its memory, came to its end inside the parser: it reports
    // everything else, and its state is unknown now.
    if (error instanceof Error) throw new Overflow(error.message, { cause: error });
    throw error;
  }
}

/** Statement by statement, so that each error is told with its own line. */
function readOneByOne(state: State, from: number, to: number, cuts: readonly number[]): void {
  let start = from;
  for (const cut of cuts) {
    if (cut <= from || cut > to) continue;
    const parsed = parse(state, state.text.slice(start, cut));
    if (parsed.ok) take(state, start, cut, parsed.statements);
    else {
      state.reading.statementCount += 1;
      state.reading.errors.push({
        code: "syntax",
        line: lineAt(state, start + parsed.at),
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

/** The line of a place; places must be asked for in order. */
function lineAt(state: State, at: number): number {
  for (let place = state.counted; place < at; place++) {
    if (state.text.charCodeAt(place) === 10) state.line += 1;
  }
  state.counted = Math.max(state.counted, at);
  return state.line;
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
    const line = lineAt(state, from);
    const found = inspector.inspect(node, (body) => readBody(parser, body));
    reading.statementCount += 1;
    addInspection(reading, found, line);
    reading.pieces.push({
      kind: found.kind,
      target: found.target?.slice(0, 200) ?? null,
      line,
      start: from,
      end: to,
      ...(found.outlivesRollback ? { outlivesRollback: true } : {}),
    });
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
