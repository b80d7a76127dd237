import { openPostgresModule, type PostgresModule } from "./postgres-module.ts";

/**
 * PostgreSQL's own parser, compiled to WebAssembly (libpg-query). Its module is loaded at the first
 * use. The package's entry fetches its module over the network, which a Worker cannot, so the
 * module is imported and the functions of its C interface are called here.
 */
export type PostgresParser = {
  /** The statements of a text. Throws what it cannot hold: then the parser must be thrown away. */
  parse(text: string): Parsed;
  /** The queries inside a PL/pgSQL `DO` statement or function; null when they cannot be told. */
  plpgsql(text: string): unknown;
};

export type Node = Record<string, unknown>;

export type Parsed =
  | { ok: true; statements: { node: Node; byteStart: number; byteEnd: number | null }[] }
  /** `at` counts characters from 0. */
  | { ok: false; message: string; at: number };

/** Fields of PgQueryParseResult and PgQueryError, 32-bit words. */
const errorField = 8;
const errorPositionField = 16;

type RawStatement = { stmt?: Node; stmt_location?: number; stmt_len?: number };

/** A fresh parser: its memory is its own. */
export async function loadPostgresParser(): Promise<PostgresParser> {
  const [{ default: compiled }, { default: constants }] = await Promise.all([
    import("./generated/libpg-query.wasm"),
    import("./generated/libpg-query.bin"),
  ]);
  const module = openPostgresModule(compiled, constants);

  function withText<Value>(text: string, use: (pointer: number) => Value): Value {
    const pointer = module.write(text);
    const value = use(pointer);
    module.free(pointer);
    return value;
  }

  return {
    parse: (text) =>
      withText(text, (pointer) => {
        const result = module.parse(pointer);
        if (!result) throw new Error("The parser has no memory left");
        const parsed = readResult(module, result);
        module.freeParsed(result);
        return parsed;
      }),
    plpgsql: (text) =>
      withText(text, (pointer) => {
        const result = module.plpgsql(pointer);
        const json = module.read(result);
        module.freeText(result);
        return json.startsWith("{") ? JSON.parse(json) : null;
      }),
  };
}

function readResult(module: PostgresModule, result: number): Parsed {
  const error = module.word(result + errorField);
  if (error) {
    const message = module.read(module.word(error));
    const position = module.word(error + errorPositionField);
    return { ok: false, message, at: Math.max(0, position - 1) };
  }
  const tree: { stmts?: RawStatement[] } = JSON.parse(module.read(module.word(result)));
  const statements = (tree.stmts ?? []).map((each) => {
    const byteStart = each.stmt_location ?? 0;
    const length = each.stmt_len ?? 0;
    return { node: each.stmt ?? {}, byteStart, byteEnd: length ? byteStart + length : null };
  });
  return { ok: true, statements };
}
