import type { JsonValue } from "../questions.ts";

/**
 * PostgreSQL's text of a value as JSON: numbers that JSON has are numbers, `bigint` beyond 2^53 and
 * `numeric` are strings, `bytea` is base64, times are ISO 8601. Sessions must have DateStyle ISO and
 * the time zone UTC. Type ids: pg_type.dat.
 */
const arrayElements: Readonly<Record<number, number>> = {
  1000: 16,
  1005: 21,
  1007: 23,
  1016: 20,
  1021: 700,
  1022: 701,
  1231: 1700,
  1009: 25,
  1015: 1043,
  1182: 1082,
  1115: 1114,
  1185: 1184,
  2951: 2950,
};

export function postgresValue(text: string | null, typeId: number): JsonValue {
  if (text === null) return null;
  switch (typeId) {
    case 16:
      return text === "t";
    case 20:
    case 21:
    case 23:
    case 26: {
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : text;
    }
    case 700:
    case 701: {
      const number = Number(text);
      // JSON has no NaN and no Infinity.
      return Number.isFinite(number) ? number : text;
    }
    case 17:
      return text.startsWith("\\x") ? Buffer.from(text.slice(2), "hex").toString("base64") : text;
    case 114:
    case 3802:
      return JSON.parse(text);
    case 1114:
      return text.replace(" ", "T");
    case 1184:
      return text.replace(" ", "T").replace(/\+00$/, "Z");
    default: {
      const element = arrayElements[typeId];
      return element === undefined ? text : arrayValue(text, element);
    }
  }
}

/** `{1,NULL,"a b",{2,3}}`. What is written otherwise stays as it is. */
function arrayValue(text: string, element: number): JsonValue {
  if (!text.startsWith("{")) return text;
  let at = 0;

  function list(): JsonValue[] {
    const values: JsonValue[] = [];
    at += 1;
    while (at < text.length && text[at] !== "}") {
      if (text[at] === ",") at += 1;
      values.push(text[at] === "{" ? list() : item());
    }
    at += 1;
    return values;
  }

  function item(): JsonValue {
    if (text[at] !== '"') {
      const end = text.slice(at).search(/[,}]/);
      const word = end < 0 ? text.slice(at) : text.slice(at, at + end);
      at += word.length;
      return postgresValue(word === "NULL" ? null : word, element);
    }
    let word = "";
    for (at += 1; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === "\\") at += 1;
      word += text[at] ?? "";
    }
    at += 1;
    return postgresValue(word, element);
  }

  return list();
}
