import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Makes the WebAssembly module that the Worker bundles out of libpg-query's. Theirs asks for 128 MB
 * when it starts, which is all a Worker may have; it needs 34 MB (its stack and constants) and grows
 * by itself. So the memory section's first size is changed, and nothing else. wrangler runs this
 * before each build.
 */
const target = join(
  import.meta.dirname,
  "../src/polykomos/blueprints/sql/generated/libpg-query.wasm",
);
const pageBytes = 65_536;
const initialPages = 36 * (1_048_576 / pageBytes);
const memorySection = 5;
const headerBytes = 8;

/** Reads an unsigned LEB128 number; its value and where it ends. */
function readNumber(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return { value, end };
  }
}

/** The module with another initial memory, written in as many bytes as the number had. */
export function withInitialMemory(module: Uint8Array, pages: number): Uint8Array {
  for (let at = headerBytes; at < module.length; ) {
    const section = module[at];
    const size = readNumber(module, at + 1);
    if (section === memorySection) {
      const flags = readNumber(module, readNumber(module, size.end).end);
      const minimum = readNumber(module, flags.end);
      const changed = Uint8Array.from(module);
      const width = minimum.end - flags.end;
      for (let place = 0; place < width; place++) {
        const more = place < width - 1 ? 128 : 0;
        changed[flags.end + place] = ((pages >> (7 * place)) & 127) | more;
      }
      return changed;
    }
    at = size.end + size.value;
  }
  throw new Error("The module has no memory section");
}

const source = createRequire(import.meta.url).resolve("libpg-query/wasm/libpg-query.wasm");
const wanted = withInitialMemory(readFileSync(source), initialPages);

function isThere(): boolean {
  try {
    return Buffer.compare(readFileSync(target), wanted) === 0;
  } catch {
    return false;
  }
}

if (!isThere()) {
  mkdirSync(dirname(target), { recursive: true });
  // Renamed into place, for builds run side by side.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, wanted);
  renameSync(draft, target);
}
