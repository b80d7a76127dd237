import { expect, test } from "vitest";
import { mysqlValue } from "../../src/fleet/mysql/values.ts";
import { postgresValue } from "../../src/fleet/postgres/values.ts";

const binary = 63;
const utf8 = 45;
const bitType = 16;
const varcharType = 253;

test.each([
  [[0x01], 1],
  [[0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Number.MAX_SAFE_INTEGER],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "18446744073709551615"],
  [[], 0],
])("MySQL's bits %j are the number %j, in digits where JSON has none", (bytes, value) => {
  const field = { name: "flags", typeId: bitType, characterSet: binary };
  expect(mysqlValue(Buffer.from(bytes), field)).toBe(value);
});

test("MySQL's bytes are base64 where they have no character set", () => {
  const bytes = Buffer.from("é");
  const field = { name: "word", typeId: varcharType };
  expect(mysqlValue(bytes, { ...field, characterSet: utf8 })).toBe("é");
  expect(mysqlValue(bytes, { ...field, characterSet: binary })).toBe("w6k=");
  expect(mysqlValue(null, { ...field, characterSet: utf8 })).toBeNull();
});

test.each([
  [20, "9007199254740993", "9007199254740993"],
  [701, "NaN", "NaN"],
  [1007, "{1,NULL,{2,3}}", [1, null, [2, 3]]],
  [1009, '{"a \\"b\\"",plain}', ['a "b"', "plain"]],
  [1184, "2026-01-02 03:04:05+00", "2026-01-02T03:04:05Z"],
])("PostgreSQL's type %i writes %s as %j", (typeId, text, value) => {
  expect(postgresValue(text, typeId)).toEqual(value);
});
