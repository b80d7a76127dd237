/** Runs the work for each item, a few at a time. */
export async function inTurns<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
  lanes = 8,
): Promise<void> {
  const left = [...items];
  async function work(): Promise<void> {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
  }
  await Promise.all(Array.from({ length: lanes }, work));
}

/** JSON values as text, wrong in type, size or content for most fields. */
export const badValues: readonly string[] = [
  ...["null", "true", "false", "0", "-0", "-1", "1.5", "2147483648", "9007199254740993"],
  ...["1e308", "-1e308", "1e400", "5e-324"],
  ...["[]", "[null]", "[[]]", '["a"]', "{}", '{"a":1}', '{"__proto__":{"polluted":true}}'],
  ...[
    "",
    " ",
    "\t",
    "a b",
    "A",
    "é",
    "-a",
    "a_b",
    "a".repeat(64),
    "a".repeat(300),
    "a".repeat(100_000),
    "\u0000",
    "a\u0000b",
    "\ud800",
    "a\udc00",
    "😀",
    "👩‍👩‍👧‍👦",
    "\u202eabc",
    "\u200b",
    "e\u0301",
    "\u2028",
    "\r\nX-Injected: 1",
    "' OR 1=1 --",
    "'; DROP TABLE databases; --",
    '"; DROP TABLE databases; --',
    "$1",
    "{id}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "__proto__",
    "constructor",
    "NaN",
    "Infinity",
    "1e308",
    "0x10",
    "true",
    "null",
    "1",
  ].map((text) => JSON.stringify(text)),
];

const marker = "@@value@@";

/** The JSON text of a body with one field replaced by a JSON text. */
export function bodyWith(
  withField: (body: unknown, field: string, value: unknown) => unknown,
  example: unknown,
  field: string,
  valueText: string,
): string {
  const text = JSON.stringify(withField(example, field, marker));
  return text.replace(JSON.stringify(marker), () => valueText);
}

export function fieldsText(count: number): string {
  const fields = Array.from({ length: count }, (_, index) => `"field${index}":1`);
  return `{${fields.join(",")}}`;
}

/** Bodies that are no JSON object in UTF-8 that any operation would read; and why not. */
export const unreadableBodies: readonly [what: string, body: string | Uint8Array][] = [
  ["nothing", ""],
  ["white space", " \n"],
  ["half an object", '{"name":'],
  ["a name without a value", '{"name"}'],
  ["single quotes", "{'name':'a'}"],
  ["a trailing comma", '{"name":"a",}'],
  ["a comment", '{"name":"a"} // x'],
  ["two values", '{"name":"a"}{"name":"b"}'],
  ["NaN", '{"name":NaN}'],
  ["a word", "undefined"],
  ["a form", "name=a&plan=free"],
  ["a raw control character", '{"name":"a\u0001"}'],
  ["a byte order mark", '\ufeff{"name":"a"}'],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ["an overlong encoding", Buffer.from('{"name":"\xc0\x80"}', "latin1")],
  ["a surrogate in UTF-8", Buffer.from('{"name":"\xed\xa0\x80"}', "latin1")],
  ["UTF-16", Buffer.from('{"name":"a"}', "utf16le")],
  ["zeros", Buffer.alloc(1_000)],
  ["arrays a hundred thousand deep", "[".repeat(100_000) + "]".repeat(100_000)],
  ["objects a hundred thousand deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
  ["a deep value of a field", `{"name":${"[".repeat(5_000)}${"]".repeat(5_000)}}`],
];

/** JSON values that are no object. */
export const otherJson = ["null", "true", "1", '"name"', "[]", '[{"name":"a"}]'];

/** Texts for a part of a path or of a query, written as they are sent. */
export const badUrlTexts: readonly string[] = [
  ...["0", "-1", "1.5", "01", "+1", "1e3", "0x1", "2147483648", "99999999999999999999"],
  ...["abc", "null", "undefined", "true", "__proto__", "constructor", "%20", "%00", "a%00b"],
  ...["%ff", "%ed%a0%80", "%F0%9F%98%80", "%E2%80%AE", "%27%20OR%201%3D1%20--", "%2e%2e", "%2F"],
  ...[
    "'",
    '"',
    "*",
    "{id}",
    "{uuid}",
    ";",
    "a".repeat(5_000),
    "%3Cscript%3Eowned1f0%3C%2Fscript%3E",
  ],
  ...["00000000-0000-0000-0000-00000000000g", "{00000000-0000-4000-8000-000000000000}"],
  ...["00000000000040008000000000000000", "00000000-0000-4000-8000-0000000000000"],
];
