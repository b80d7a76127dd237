import { abbreviations } from "./abbreviations.ts";
import { singular } from "./stem.ts";

const pieceCost = 1;
const unknownLetterCost = 1.6;
const wordCharsMax = 16;
const fusedCharsMin = 4;

/** Cuts a name of a table or column into lower-case pieces: `custBirthDt`, `cust_birth_dt`, `custbirthdt`. */
export function splitName(name: string, vocabulary: ReadonlySet<string>): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^\p{L}\d]+/u)
    .flatMap((part) => part.split(/(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})/u))
    .filter((part) => part !== "")
    .map((part) => part.toLowerCase())
    .flatMap((part) => cutFused(part, vocabulary));
}

/** Pieces as singular words, with what a shortened one stands for; several readings at most. */
export function expandPieces(pieces: readonly string[]): string[][] {
  let readings: string[][] = [[]];
  for (const piece of pieces) {
    const longs = abbreviations.get(piece);
    const forms = longs ? longs.map((long) => long.split(" ")) : [[singular(piece)]];
    readings = readings.flatMap((reading) =>
      forms.slice(0, 2).map((form) => [...reading, ...form]),
    );
  }
  return readings.slice(0, 4);
}

/** The cheapest cut into known words; a name that is no sum of words stays whole. */
function cutFused(part: string, vocabulary: ReadonlySet<string>): string[] {
  if (part.length < fusedCharsMin || isKnown(part, vocabulary)) return [part];
  const best: { cost: number; pieces: string[] }[] = [{ cost: 0, pieces: [] }];
  for (let end = 1; end <= part.length; end += 1) {
    let found = { cost: Number.POSITIVE_INFINITY, pieces: [part] };
    for (let start = Math.max(0, end - wordCharsMax); start < end; start += 1) {
      const before = best[start];
      const piece = part.slice(start, end);
      const known = isKnown(piece, vocabulary);
      if (before === undefined || (!known && start > 0 && end < part.length)) continue;
      const cost = before.cost + pieceCost + (known ? 0 : piece.length * unknownLetterCost);
      if (cost < found.cost) found = { cost, pieces: [...before.pieces, piece] };
    }
    best.push(found);
  }
  const { pieces } = best[part.length] ?? { pieces: [part] };
  return pieces.length <= 5 && isSound(pieces, vocabulary) ? pieces : [part];
}

const tails = new Set(["name", "code", "type", "desc", "number", "price", "title"]);
const shortStemCharsMax = 4;

/** A cut holds when all its pieces are words, or when a plain tail follows a stem of any kind. */
function isSound(pieces: readonly string[], vocabulary: ReadonlySet<string>): boolean {
  const strange = pieces.filter((piece) => !isKnown(piece, vocabulary));
  if (strange.length === 0) return true;
  const [stem = ""] = pieces;
  const last = pieces.at(-1) ?? "";
  if (pieces.length !== 2 || strange.length > 1 || strange[0] !== stem) return false;
  return (
    tails.has(last) ||
    (/^(id|no)$/.test(last) && stem.length <= shortStemCharsMax && stem.length > 1)
  );
}

function isKnown(piece: string, vocabulary: ReadonlySet<string>): boolean {
  if (piece.length === 1) return false;
  if (piece.length === 2) return /^(id|no|dt|tx|sb|dp|by|of|is|to|db|wt)$/.test(piece);
  const isPlural = piece.endsWith("s") && vocabulary.has(piece.slice(0, -1));
  return isPlural || vocabulary.has(piece) || abbreviations.has(piece);
}
