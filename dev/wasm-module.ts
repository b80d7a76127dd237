/**
 * A WebAssembly module without its constants, and what its memory holds of them, from address 0: to
 * be written there before anything of the module runs. Its memory begins with `initialPages` pages.
 * Throws when the module has constants that are not simply there from the start. The format:
 * https://webassembly.github.io/spec/core/binary/modules.html
 */
export function leanModule(
  module: Uint8Array,
  initialPages: number,
): { module: Uint8Array; constants: Uint8Array } {
  const kept: Uint8Array[] = [module.subarray(0, headerBytes)];
  let constants: Uint8Array | null = null;
  for (let at = headerBytes; at < module.length; ) {
    const id = module[at];
    const size = readNumber(module, at + 1);
    const end = size.end + size.value;
    if (id === section.memory) kept.push(withInitialPages(module.subarray(at, end), initialPages));
    else if (id === section.data) constants = memoryImage(module, size.end);
    else if (id !== section.dataCount) kept.push(module.subarray(at, end));
    at = end;
  }
  if (!constants) throw new Error("The module has no constants");
  return { module: Buffer.concat(kept), constants };
}

const headerBytes = 8;
const section = { memory: 5, data: 11, dataCount: 12 };
/** A segment that is there from the start, at an address that is a constant. */
const activeSegment = 0;
const int32Constant = 0x41;
const endOfExpression = 0x0b;

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

/** The memory section with another first size, written in as many bytes as the number had. */
function withInitialPages(memory: Uint8Array, pages: number): Uint8Array {
  const count = readNumber(memory, readNumber(memory, 1).end);
  const flags = readNumber(memory, count.end);
  const minimum = readNumber(memory, flags.end);
  const changed = Uint8Array.from(memory);
  const width = minimum.end - flags.end;
  for (let place = 0; place < width; place++) {
    const more = place < width - 1 ? 128 : 0;
    changed[flags.end + place] = ((pages >> (7 * place)) & 127) | more;
  }
  return changed;
}

/** The memory that a data section's segments make. */
function memoryImage(module: Uint8Array, start: number): Uint8Array {
  const segments: { address: number; bytes: Uint8Array }[] = [];
  const count = readNumber(module, start);
  for (let index = 0, at = count.end; index < count.value; index++) {
    // An address is a signed number, and none of them is in the upper half of the memory.
    const address = readNumber(module, at + 2);
    const size = readNumber(module, address.end + 1);
    const isPlain =
      module[at] === activeSegment &&
      module[at + 1] === int32Constant &&
      module[address.end] === endOfExpression;
    if (!isPlain) throw new Error("The module has constants of another kind");
    at = size.end + size.value;
    segments.push({ address: address.value, bytes: module.subarray(size.end, at) });
  }
  const image = new Uint8Array(
    Math.max(...segments.map((each) => each.address + each.bytes.length)),
  );
  for (const { address, bytes } of segments) image.set(bytes, address);
  return image;
}
