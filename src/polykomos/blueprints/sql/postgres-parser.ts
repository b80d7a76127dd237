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

type Module = {
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, bytesMax: number): void;
  UTF8ToString(pointer: number): string;
  getValue(pointer: number, type: "i32"): number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(text: number): number;
  _wasm_free_parse_result(result: number): void;
  _wasm_parse_plpgsql(text: number): number;
  _wasm_free_string(text: number): void;
};

/** Fields of PgQueryParseResult and PgQueryError, 32-bit words. */
const errorField = 8;
const errorPositionField = 16;

type RawStatement = { stmt?: Node; stmt_location?: number; stmt_len?: number };

/** A fresh parser: its memory is its own. */
export async function loadPostgresParser(): Promise<PostgresParser> {
  const [{ default: create }, { default: compiled }] = await Promise.all([
    import("libpg-query/wasm/libpg-query.js"),
    import("./generated/libpg-query.wasm"),
  ]);
  const module: Module = await create({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(compiled, imports);
      done(instance);
      return instance.exports;
    },
  });

  function withText<Value>(text: string, use: (pointer: number) => Value): Value {
    const bytes = module.lengthBytesUTF8(text) + 1;
    const pointer = module._malloc(bytes);
    module.stringToUTF8(text, pointer, bytes);
    const value = use(pointer);
    module._free(pointer);
    return value;
  }

  return {
    parse: (text) =>
      withText(text, (pointer) => {
        const result = module._wasm_parse_query_raw(pointer);
        if (!result) throw new Error("The parser has no memory left");
        const parsed = readResult(module, result);
        module._wasm_free_parse_result(result);
        return parsed;
      }),
    plpgsql: (text) =>
      withText(text, (pointer) => {
        const result = module._wasm_parse_plpgsql(pointer);
        const json = module.UTF8ToString(result);
        module._wasm_free_string(result);
        return json.startsWith("{") ? JSON.parse(json) : null;
      }),
  };
}

function readResult(module: Module, result: number): Parsed {
  const error = module.getValue(result + errorField, "i32");
  if (error) {
    const message = module.UTF8ToString(module.getValue(error, "i32"));
    const position = module.getValue(error + errorPositionField, "i32");
    return { ok: false, message, at: Math.max(0, position - 1) };
  }
  const tree: { stmts?: RawStatement[] } = JSON.parse(
    module.UTF8ToString(module.getValue(result, "i32")),
  );
  const statements = (tree.stmts ?? []).map((each) => {
    const byteStart = each.stmt_location ?? 0;
    const length = each.stmt_len ?? 0;
    return { node: each.stmt ?? {}, byteStart, byteEnd: length ? byteStart + length : null };
  });
  return { ok: true, statements };
}
