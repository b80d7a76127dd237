import { describe, expect, test } from "vitest";
import { ipInRanges, parseIp, parseIpRange } from "../../src/lib/ip-range.ts";

describe("an address", () => {
  test.each([
    ["0.0.0.0", "::ffff:0:0"],
    ["192.0.2.1", "::ffff:192.0.2.1"],
    ["192.0.2.1", "::ffff:c000:201"],
    ["2001:db8::1", "2001:0DB8:0000:0000:0000:0000:0000:0001"],
    ["::", "0:0:0:0:0:0:0:0"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["1::", "1:0:0:0:0:0:0:0"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("is the same written as %s and as %s", (one, other) => {
    expect(parseIp(one)).not.toBeNull();
    expect(parseIp(one)).toBe(parseIp(other));
  });

  test.each([
    "",
    " ",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.-4",
    "01.2.3.4",
    "0x1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4:80",
    "1..2.3",
    "a.b.c.d",
    "１.2.3.4",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1.2.3.4::",
    "1.2.3.4::1",
    "::1.2.3",
    "::1.2.3.4:5",
    "::1.2.3.256",
    "fe80::1%eth0",
    "[::1]",
    "localhost",
  ])("%j is none", (text) => {
    expect(parseIp(text)).toBeNull();
  });
});

describe("a range", () => {
  test.each(["192.0.2.0/0", "192.0.2.0/32", "::/0", "::/128", "192.0.2.7/24", "2001:db8::/32"])(
    "%s is one",
    (text) => {
      expect(parseIpRange(text)).not.toBeNull();
    },
  );

  test.each(["192.0.2.0/33", "::/129", "192.0.2.0/-1", "192.0.2.0/", "/24", "192.0.2.0/08"])(
    "%s is none",
    (text) => {
      expect(parseIpRange(text)).toBeNull();
    },
  );

  test.each(["192.0.2.0/1.5", "192.0.2.0/2 4", "192.0.2.0/24/24", "192.0.2.0\\24", "any", "*"])(
    "%s is none either",
    (text) => {
      expect(parseIpRange(text)).toBeNull();
    },
  );

  test("holds its first and last address and not the ones beside it, at every length", () => {
    const base = (203n << 24n) | (0n << 16n) | (113n << 8n) | 77n;
    const text = (value: bigint) =>
      [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");
    for (let bits = 1n; bits <= 32n; bits++) {
      const size = 1n << (32n - bits);
      const first = (base / size) * size;
      const range = [`${text(base)}/${bits}`];
      expect([bits, ipInRanges(text(first), range)]).toEqual([bits, true]);
      expect([bits, ipInRanges(text(first + size - 1n), range)]).toEqual([bits, true]);
      if (first > 0n) expect([bits, ipInRanges(text(first - 1n), range)]).toEqual([bits, false]);
      if (first + size <= 0xffffffffn) {
        expect([bits, ipInRanges(text(first + size), range)]).toEqual([bits, false]);
      }
    }
  });

  test("of IPv6 never holds an IPv4 address by accident, nor the other way round", () => {
    expect(ipInRanges("192.0.2.1", ["2000::/3"])).toBe(false);
    expect(ipInRanges("2001:db8::1", ["0.0.0.0/0"])).toBe(false);
    expect(ipInRanges("::ffff:192.0.2.1", ["0.0.0.0/0"])).toBe(true);
    expect(ipInRanges("192.0.2.1", ["::/0"])).toBe(true);
  });

  test("holds nothing that is no address, and no list at all holds nothing", () => {
    expect(ipInRanges("anything", ["0.0.0.0/0", "::/0"])).toBe(false);
    expect(ipInRanges("192.0.2.1", [])).toBe(false);
    expect(ipInRanges("192.0.2.1", ["broken", "192.0.2.1"])).toBe(true);
  });
});
