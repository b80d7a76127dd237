/**
 * JSON numbers become IEEE 754 doubles. A fraction takes the nearest double, as everywhere in JSON,
 * but an integer that would come back as another integer (past 2^53), a number past 1.8e308 and one
 * that would become 0 are not kept: their sender is told to use a string.
 */
const numberShape = /-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y;
const tinyExponent = /\d[eE]-0*\d{3}/;

/**
 * The first number of a valid JSON text that would not come back as it was sent, or `null`.
 * `value` is what JSON.parse made of the text: it tells cheaply whether a closer look is needed.
 */
export function inexactNumber(text: string, value: unknown): string | null {
  if (!hasLargeNumber(value) && !tinyExponent.test(text)) return null;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x22) {
      index = endOfString(text, index);
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const literal = numberAt(text, index)?.[0] ?? "-";
      if (!isKept(literal)) return literal;
      index += literal.length;
    } else {
      index++;
    }
  }
  return null;
}

function hasLargeNumber(value: unknown): boolean {
  if (typeof value === "number") return !(Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasLargeNumber);
}

function isKept(literal: string): boolean {
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const sent = decimalOf(literal);
  if (value === 0) return sent.digits === "";
  if (sent.exponent < 0) return true;
  const kept = decimalOf(String(value));
  return sent.digits === kept.digits && sent.exponent === kept.exponent;
}

/** Digits without leading and trailing zeros, and the power of ten of the last digit. */
function decimalOf(literal: string): { digits: string; exponent: number } {
  const [, whole = "", fraction = "", power = "0"] = numberAt(literal, 0) ?? [];
  const all = whole + fraction;
  // Loops, not patterns: one for the zeros at the end would start anew at every zero inside.
  let start = 0;
  while (all[start] === "0") start++;
  let end = all.length;
  while (end > start && all[end - 1] === "0") end--;
  return {
    digits: all.slice(start, end),
    exponent: Number(power) - fraction.length + (all.length - end),
  };
}

/** The number that begins at `start`, and its whole digits, its fraction and its exponent. */
function numberAt(text: string, start: number): RegExpExecArray | null {
  numberShape.lastIndex = start;
  return numberShape.exec(text);
}

/** The index just after the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index++;
    else if (code === 0x22) return index + 1;
  }
  return text.length;
}
