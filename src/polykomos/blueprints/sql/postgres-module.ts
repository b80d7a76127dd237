import { brotliDecompressSync } from "node:zlib";

/**
 * The C functions of libpg-query, compiled by Emscripten, and what they ask of their host. The
 * package's own loader would bring a file system, a terminal and timers along (15 kB compressed);
 * the parser needs none of them: memory that grows, and a way out of nested calls.
 */
export type PostgresModule = {
  /** Puts a text into the module's memory; `free` ends it. */
  write(text: string): number;
  /** The text, ended by a zero, at an address. */
  read(pointer: number): string;
  /** The 32-bit word at an address. */
  word(pointer: number): number;
  free(pointer: number): void;
  /** `PgQueryParseResult pg_query_parse(text)`; ended by `freeParsed`. */
  parse(text: number): number;
  freeParsed(result: number): void;
  /** The JSON of a PL/pgSQL statement, or words about what was wrong; ended by `freeText`. */
  plpgsql(text: number): number;
  freeText(text: number): void;
};

/** Its functions by the names that the compiler shortened them to: another release has others. */
type Exports = {
  z: WebAssembly.Memory;
  /** The functions that pointers point to. */
  D: WebAssembly.Table;
  /** To be called once, before any other. */
  A(): void;
  C(bytes: number): number;
  E(pointer: number): void;
  F(text: number): number;
  G(result: number): void;
  H(text: number): number;
  N(text: number): void;
  /** Tells the caller of `setjmp` that it was returned to by a jump. */
  P(threw: number, value: number): void;
  Q(stack: number): void;
  R(): number;
};

const pageBytes = 65_536;
/** Memory grows by at least this share of itself, so that it grows seldom. */
const growthShare = 0.2;

/** Thrown for C's `longjmp`: PostgreSQL's way out of a statement with an error. */
const jump = Symbol("longjmp");

/** A module of its own memory. `constants`: what the memory begins with, packed (dev/postgres-parser.ts). */
export function openPostgresModule(
  compiled: WebAssembly.Module,
  constants: ArrayBuffer,
): PostgresModule {
  const instance = new WebAssembly.Instance(compiled, { a: host(compiled, () => exports) });
  const exports = exportsOf(instance);
  new Uint8Array(exports.z.buffer).set(brotliDecompressSync(constants));
  exports.A();

  function bytesFrom(pointer: number): Uint8Array {
    return new Uint8Array(exports.z.buffer, pointer);
  }
  return {
    write(text) {
      const bytes = new TextEncoder().encode(text);
      const pointer = exports.C(bytes.length + 1);
      if (!pointer) throw new Error("The parser has no memory left");
      const place = bytesFrom(pointer);
      place.set(bytes);
      place[bytes.length] = 0;
      return pointer;
    },
    read(pointer) {
      const bytes = bytesFrom(pointer);
      return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    },
    word: (pointer) => new DataView(exports.z.buffer).getInt32(pointer, true),
    free: (pointer) => exports.E(pointer),
    parse: (text) => exports.F(text),
    freeParsed: (result) => exports.G(result),
    plpgsql: (text) => exports.H(text),
    freeText: (text) => exports.N(text),
  };
}

function exportsOf(instance: WebAssembly.Instance): Exports {
  // True for the pinned version of the package: its exports are named here as it names them.
  return instance.exports as unknown as Exports;
}

/** What the module imports. */
function host(compiled: WebAssembly.Module, exports: () => Exports): WebAssembly.ModuleImports {
  const known: WebAssembly.ModuleImports = {
    // __assert_fail, abort, exit, proc_exit
    c: end,
    x: end,
    m: end,
    v: end,
    // _emscripten_throw_longjmp
    p() {
      throw jump;
    },
    // emscripten_resize_heap
    q: (bytes: number) => growTo(exports().z, bytes >>> 0),
    // invoke_ji: the one whose function returns 64 bits
    l: invoke(exports, 0n),
    // Timers: none runs. _emscripten_runtime_keepalive_clear, _setitimer_js
    w: () => 0,
    o: () => 0,
    // Files: there are none, and what is printed goes nowhere. fd_close, fd_read, fd_seek, fd_write
    u: () => badFile,
    r: () => badFile,
    s: () => badFile,
    t: () => badFile,
  };
  const names = WebAssembly.Module.imports(compiled).map(({ name }) => name);
  return Object.fromEntries(names.map((name) => [name, known[name] ?? invoke(exports, 0)]));
}

/** WASI's code for a file that is not open. */
const badFile = 8;

function end(): never {
  throw new Error("The parser ended itself");
}

/** Whether there is as much memory now: 1 or 0. */
function growTo(memory: WebAssembly.Memory, bytes: number): number {
  const has = memory.buffer.byteLength;
  for (const wanted of [Math.max(bytes, has * (1 + growthShare)), bytes]) {
    try {
      memory.grow(Math.ceil((wanted - has) / pageBytes));
      return 1;
    } catch {
      // Less is tried, and then the parser is told that there is no more.
    }
  }
  return 0;
}

/** `invoke_…`: calls the function of a pointer, and returns here when it jumps. */
function invoke(
  exports: () => Exports,
  afterJump: number | bigint,
): (index: number, ...given: unknown[]) => unknown {
  return (index, ...given) => {
    const { D: table, P: setThrew, Q: restoreStack, R: stack } = exports();
    const before = stack();
    try {
      return table.get(index)(...given);
    } catch (error) {
      restoreStack(before);
      if (error !== jump) throw error;
      setThrew(1, 0);
      return afterJump;
    }
  };
}
