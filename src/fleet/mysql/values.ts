import type { JsonValue } from "../questions.ts";

/**
 * MySQL's bytes of a value as JSON: numbers that JSON has are numbers, integers beyond 2^53 and
 * decimals are strings, bytes without a character set are base64, times are ISO 8601. Sessions must
 * have the time zone UTC. Type ids: the protocol's Column Definition.
 */
export type MysqlField = { name: string; typeId: number; characterSet: number };

/** The character set of bytes that are no text. */
const binary = 63;

/** An integer in digits as a number, where JSON's numbers hold it exactly. */
function integer(digits: string): number | string {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

export function mysqlValue(bytes: Buffer | null, { typeId, characterSet }: MysqlField): JsonValue {
  if (bytes === null) return null;
  const text = bytes.toString("utf8");
  switch (typeId) {
    case 1:
    case 2:
    case 3:
    case 8:
    case 9:
    case 13:
      return integer(text);
    case 4:
    case 5: {
      const number = Number(text);
      return Number.isFinite(number) ? number : text;
    }
    case 7:
      return `${text.replace(" ", "T")}Z`;
    case 12:
      return text.replace(" ", "T");
    case 16:
      return integer(BigInt(`0x${bytes.toString("hex") || "0"}`).toString());
    case 245:
      return JSON.parse(text);
    case 249:
    case 250:
    case 251:
    case 252:
    case 253:
    case 254:
    case 255:
      return characterSet === binary ? bytes.toString("base64") : text;
    default:
      return text;
  }
}
