import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { leanModule } from "./wasm-module.ts";

/**
 * Makes what the Worker bundles of libpg-query's WebAssembly module; wrangler runs this before each
 * build. Two things are changed. Theirs asks for 128 MB of memory when it starts, which is all that a
 * Worker may have; it needs 34 MB (its stack and constants) and grows by itself. And half of it is
 * constants, PostgreSQL's tables of its grammar: they lie beside it, packed with Brotli, a third
 * smaller than an upload's gzip makes them. The code cannot be: workerd compiles none that is made
 * while it runs.
 */
const folder = join(import.meta.dirname, "../src/polykomos/blueprints/sql/generated");
const codePath = join(folder, "libpg-query.wasm");
const constantsPath = join(folder, "libpg-query.bin");
const pageBytes = 65_536;
const initialPages = 36 * (1_048_576 / pageBytes);

const source = createRequire(import.meta.url).resolve("libpg-query/wasm/libpg-query.wasm");
const { module, constants } = leanModule(readFileSync(source), initialPages);

function isThere(): boolean {
  try {
    return (
      Buffer.compare(readFileSync(codePath), module) === 0 &&
      Buffer.compare(brotliDecompressSync(readFileSync(constantsPath)), constants) === 0
    );
  } catch {
    // Absent or cut off: then it is made anew, and a folder that cannot be written to says so.
    return false;
  }
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  // Renamed into place, for builds run side by side.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, bytes);
  renameSync(draft, path);
}

if (!isThere()) {
  write(codePath, module);
  write(constantsPath, brotliCompressSync(constants));
}
