import { expect, test } from "vitest";
import { canonicalJson } from "../../src/lib/canonical-json.ts";
import {
  fingerprintOf,
  readIdempotencyKey,
  requestKeyOf,
} from "../../src/polykomos/idempotency.ts";

test.each([
  ['{"b":1,"a":2}', '{"a":2,"b":1}'],
  [' { "a" : [ 1 , 2 ] } ', '{"a":[1,2]}'],
  ['{"a":{"d":1,"c":[{"z":1,"y":2}]}}', '{"a":{"c":[{"y":2,"z":1}],"d":1}}'],
  ['{"\\u00e9":1,"e":2}', '{"e":2,"é":1}'],
  ['{"10":1,"9":2,"a":3}', '{"10":1,"9":2,"a":3}'],
  ["1.0", "1"],
  ["-0", "0"],
  ["1e2", "100"],
  ['"\\u0061\\/"', '"a/"'],
  ["null", "null"],
  ['{"__proto__":1,"a":2}', '{"__proto__":1,"a":2}'],
])("%s is written %s", (text, written) => {
  expect(canonicalJson(JSON.parse(text))).toBe(written);
});

test.each([
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":null}', "{}"],
  ["[1,2]", "[2,1]"],
  ['{"a":[]}', '{"a":{}}'],
  ['{"a":true}', '{"a":1}'],
  ['{"a":"b"}', '{"A":"b"}'],
  ['"é"', '"e\u0301"'],
  ['{"a":{"b":1}}', '{"a.b":1}'],
])("%s and %s stay different", (one, other) => {
  expect(fingerprintOf(JSON.parse(one))).not.toBe(fingerprintOf(JSON.parse(other)));
});

test("how long to wait is no part of what is asked, at the top and only there", () => {
  const asked = fingerprintOf({ name: "a" });
  expect(fingerprintOf({ name: "a", wait: true, timeout: 5 })).toBe(asked);
  expect(fingerprintOf({ name: "a", more: { wait: true } })).not.toBe(
    fingerprintOf({ name: "a", more: {} }),
  );
  expect(fingerprintOf(undefined)).toBe(fingerprintOf(null));
});

test("a request's name depends on all of account, method, path and key", () => {
  const parts = ["account", "POST", "/path", "key"] as const;
  const [account, method, path, key] = parts;
  const others = [
    requestKeyOf("other", method, path, key),
    requestKeyOf(account, "PATCH", path, key),
    requestKeyOf(account, method, "/other", key),
    requestKeyOf(account, method, path, "other"),
    requestKeyOf(account + method, "", path, key),
  ];
  const all = [requestKeyOf(...parts), ...others];
  expect(new Set(all).size).toBe(all.length);
  for (const each of all) expect(each).toMatch(/^[0-9a-f]{64}$/);
});

const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";

test.each([
  [uuid, uuid],
  [`"${uuid}"`, uuid],
  [uuid.toUpperCase(), uuid],
  [` ${uuid}\t`, uuid],
  ["00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"],
])("the header %j is the key %s", (header, key) => {
  expect(readIdempotencyKey(header, true)).toBe(key);
});

test.each(["", "x", `"${uuid}`, `${uuid}"`, `'${uuid}'`, `${uuid},${uuid}`, `${uuid};a=1`])(
  "the header %j is no key",
  (header) => {
    expect(() => readIdempotencyKey(header, false)).toThrow("must be one UUID");
  },
);

test("a missing key is missed only where it is required", () => {
  expect(readIdempotencyKey(null, false)).toBeNull();
  expect(() => readIdempotencyKey(null, true)).toThrow("needs an Idempotency-Key");
});
