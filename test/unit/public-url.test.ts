import { expect, test } from "vitest";
import { isPublicAddress, judgeUrl, urlLengthMax } from "../../src/lib/public-url.ts";
import { hostileAt } from "../support/hostile-urls.ts";

const production = { allowLoopback: false, ownHosts: ["polykomos.example.net"] };
const development = { allowLoopback: true, ownHosts: [] };

test("there are at least sixty hostile URLs to try", () => {
  expect(new Set(hostileAt(8787)).size).toBeGreaterThanOrEqual(60);
});

test.each(hostileAt(8787))("%j is refused, in production and in development", (url) => {
  expect(judgeUrl(url, production).kind).toBe("refused");
  expect(judgeUrl(url, development).kind).toBe("refused");
});

test.each([
  "https://polykomos.example.net/hook",
  "https://POLYKOMOS.example.NET:8443/hook",
  "https://db-7.polykomos.example.net/",
])("%s is this service and refused", (url) => {
  const refused = { kind: "refused", reason: "must not point back to this service" };
  expect(judgeUrl(url, production)).toEqual(refused);
});

test.each([
  ["https://example.com/hook?a=b#c", "example.com"],
  ["https://EXAMPLE.com:8443/", "example.com"],
  ["https://bücher.example/", "xn--bcher-kva.example"],
  ["https://notpolykomos.example.net/", "notpolykomos.example.net"],
  ["https://10.0.0.1.example.com/", "10.0.0.1.example.com"],
  ["https://localhost.example.com/", "localhost.example.com"],
])("%s is allowed if %s resolves to public addresses", (url, name) => {
  expect(judgeUrl(url, production)).toEqual({ kind: "resolve", name });
});

test.each(["https://93.184.216.34/", "https://1572395042/", "https://[2606:2800:220:1::1]:8443/"])(
  "%s has a public address and is allowed",
  (url) => {
    expect(judgeUrl(url, production)).toEqual({ kind: "allowed" });
  },
);

test.each(["http://127.0.0.1:3000/", "http://localhost/hook", "http://[::1]:3000/"])(
  "%s is allowed in development only",
  (url) => {
    expect(judgeUrl(url, development)).toEqual({ kind: "allowed" });
    expect(judgeUrl(url, production).kind).toBe("refused");
  },
);

test("a URL may be as long as the limit and no longer", () => {
  const url = `https://example.com/${"a".repeat(urlLengthMax - 20)}`;
  expect(url.length).toBe(urlLengthMax);
  expect(judgeUrl(url, production).kind).toBe("resolve");
  expect(judgeUrl(`${url}a`, production).kind).toBe("refused");
});

test.each([
  ["9.255.255.255", true],
  ["11.0.0.0", true],
  ["100.63.255.255", true],
  ["100.128.0.0", true],
  ["126.255.255.255", true],
  ["128.0.0.0", true],
  ["169.253.255.255", true],
  ["169.255.0.0", true],
  ["172.15.255.255", true],
  ["172.32.0.0", true],
  ["192.167.255.255", true],
  ["192.169.0.0", true],
  ["198.17.255.255", true],
  ["198.20.0.0", true],
  ["223.255.255.255", true],
  ["224.0.0.0", false],
  ["2000::1", true],
  ["1fff:ffff::1", false],
  ["2001:200::1", true],
  ["2001:1ff::1", false],
  ["2003::1", true],
  ["3fff:1000::1", true],
  ["4000::1", false],
  ["2606:2800:220:1:0:5efd:7f00:1", true],
  ["", false],
  ["example.com", false],
  ["1.2.3", false],
])("the address %j: public is %j", (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
