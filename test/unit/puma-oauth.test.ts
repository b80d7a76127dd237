import { describe, expect, test } from "vitest";
import { readPumaLimits } from "../../src/puma/limits.ts";
import { mixesScripts, shownName } from "../../src/puma/oauth/rules/client-name.ts";
import { formActionOf, redirectKind, redirectPlace } from "../../src/puma/oauth/rules/redirect.ts";
import { formProof, openCookie, sealCookie } from "../../src/puma/oauth/rules/sealed-cookie.ts";
import { tokenInside, tokenOutside } from "../../src/puma/oauth/rules/token-text.ts";
import {
  clearSession,
  newPending,
  newSession,
  readPending,
  readSession,
  setPending,
  setSession,
} from "../../src/puma/oauth/session.ts";

const secret = "a-secret-of-this-test";

describe("where a code may be sent", () => {
  test.each([
    ["https://client.example/callback", "web"],
    ["https://client.example:8443/callback?x=1", "web"],
    ["http://localhost:1234/callback", "loopback"],
    ["http://127.0.0.1/callback", "loopback"],
    ["http://127.9.9.9:1/", "loopback"],
    ["http://[::1]:1234/callback", "loopback"],
    ["cursor://anysphere.cursor-mcp/oauth/callback", "app"],
    ["http://client.example/callback", null],
    ["http://localhost.client.example/", null],
    ["http://127.0.0.1.client.example/", null],
    ["http://0.0.0.0/", null],
    ["javascript:alert(1)", null],
    ["JaVaScRiPt:alert(1)", null],
    ["data:text/html,x", null],
    ["cursor:callback", null],
    ["vscode://x/y", null],
    ["https://u:p@client.example/", null],
    ["https://client.example/#x", null],
    ["https://client.example/\\evil.example", null],
    ["https://client.example/a b", null],
    ["https://clіent.example/", null],
    [`https://client.example/${"x".repeat(2_000)}`, null],
    ["//client.example/", null],
    ["", null],
  ])("%s is %s", (uri, kind) => {
    expect(redirectKind(uri)).toBe(kind);
  });

  test.each([
    ["https://client.example:8443/cb", "client.example:8443", "https://client.example:8443"],
    ["http://localhost:1/cb", "localhost:1", "http://localhost:1"],
    ["http://[::1]:1/cb", "[::1]:1", "http:"],
    ["cursor://anysphere.cursor-mcp/cb", "cursor://anysphere.cursor-mcp", "cursor:"],
  ])("%s is shown as %s, and a policy lets %s", (uri, place, action) => {
    expect([redirectPlace(uri), formActionOf(uri)]).toEqual([place, action]);
  });
});

describe("a client's name", () => {
  test.each([
    ["Claude", "Claude"],
    ["  Claude \n Code ", "Claude Code"],
    ["Cla\u200bu\u00adde", "Claude"],
    ["\u202eedualC", "edualC"],
    ["a\u2066b\u2069c\ufeff", "abc"],
    ["\u3164\u2800", "(no name)"],
    ["", "(no name)"],
    ["ﬁle", "file"],
    ["Ｃｌａｕｄｅ", "Claude"],
    [`e${"\u0301".repeat(40)}`, "é"],
    ["記憶", "記憶"],
    ["x".repeat(61), `${"x".repeat(60)}…`],
  ])("%j is shown as %s", (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });

  test.each([
    ["Clаude", true],
    ["Γitlab", true],
    ["Claude", false],
    ["Клод", false],
    ["記憶 agent", false],
    ["Ünïcödé", false],
  ])("%s mixes alphabets that look alike: %s", (name, mixed) => {
    expect(mixesScripts(name)).toBe(mixed);
  });
});

describe("a sealed cookie", () => {
  const value = { accountId: "a", expiresAtMs: 1_000 };

  test("opens for its purpose until its end, and tells nothing by itself", () => {
    const text = sealCookie("session", value, secret);
    expect(openCookie("session", text, secret, 999)).toEqual(value);
    expect(openCookie("session", text, secret, 1_000)).toBeNull();
    expect(openCookie("pending", text, secret, 999)).toBeNull();
    expect(openCookie("session", text, "another-secret", 999)).toBeNull();
    expect(Buffer.from(text, "base64url").toString("latin1")).not.toContain("accountId");
  });

  test("that was changed anywhere does not open", () => {
    const bytes = Buffer.from(sealCookie("session", value, secret), "base64url");
    for (const at of bytes.keys()) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed.readUInt8(at) + 1) % 256, at);
      expect(openCookie("session", changed.toString("base64url"), secret, 0)).toBeNull();
    }
    for (const text of [null, "", "x", "!!", "A".repeat(37), "A".repeat(10_000)]) {
      expect(openCookie("session", text, secret, 0)).toBeNull();
    }
  });

  test("and a form's proof is of just one thing", () => {
    const proof = formProof(["consent", "1", "a"], secret);
    expect(formProof(["consent", "1", "a"], secret)).toBe(proof);
    for (const about of [
      ["consent", "1", "b"],
      ["consent", "1a"],
      ["clients", "1", "a"],
    ]) {
      expect(formProof(about, secret)).not.toBe(proof);
    }
  });
});

describe("what a browser remembers", () => {
  const deps = {
    clock: () => 1_000,
    settings: {
      ID_CHECK_SECRET: secret,
      PAGE_SECRET: "",
      PUBLIC_URL: "",
      DEV_MODE: false,
      MAGIC_LINKS_PER_ADDRESS_PER_HOUR: 5,
      MAGIC_LINKS_PER_CLIENT_PER_HOUR: 20,
      MAGIC_LINK_TTL_SECONDS: 900,
      LINK_TTL_SECONDS: 900,
      OAUTH_CLIENTS_PER_CLIENT_PER_HOUR: 60,
    },
    limits: readPumaLimits({}),
  };
  const at = (url: string, ...set: string[]) =>
    new Request(url, { headers: { cookie: set.map((line) => line.split(";")[0]).join("; ") } });

  test("goes over https alone, to this host alone, and no script sees it", () => {
    const request = at("https://memory.example/oauth/authorize");
    const set = setSession(deps, request, newSession(deps, "a", "a@example.com"));
    expect(set).toMatch(
      /^__Host-puma-session=[\w-]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(clearSession(request)).toMatch(/^__Host-puma-session=; Path=\/; Max-Age=0; /);
    const pending = newPending(deps, null);
    expect(setPending(deps, request, pending)).toMatch(
      /^__Secure-puma-pending-[0-9a-f]{16}=[\w-]+; Path=\/oauth; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test("is not taken from plain http on another host's name", () => {
    const plain = at("http://127.0.0.1:8787/");
    const set = setSession(deps, plain, newSession(deps, "a", "a@example.com"));
    expect(set).toMatch(/^puma-session=.*; SameSite=Lax$/);
    expect(readSession(deps, at("http://127.0.0.1:8787/", set))?.accountId).toBe("a");
    expect(readSession(deps, at("https://memory.example/", set))).toBeNull();
  });

  test("of a request is found by its id alone", () => {
    const request = at("https://memory.example/");
    const [one, other] = [newPending(deps, null), newPending(deps, null)];
    const text = setPending(deps, request, one) ?? "";
    const moved = text.replace(one.id, other.id);
    const both = at("https://memory.example/", text, moved);
    expect(readPending(deps, both, one.id)).toEqual(one);
    expect(readPending(deps, both, other.id)).toBeNull();
    expect(readPending(deps, both, "../x")).toBeNull();
  });
});

describe("tokens on the wire", () => {
  const inside = `abc123:${"g".repeat(16)}:${"s-_".repeat(10)}`;

  test("have no colons, and come back as they were", () => {
    const outside = tokenOutside(inside);
    expect(outside).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(tokenInside(outside)).toEqual({
      text: inside,
      accountId: "abc123",
      grantId: "g".repeat(16),
    });
  });

  test.each(["", "a.b", "a.b.c.d", inside, "A.b.c", `a.${"g".repeat(65)}.c`, "a.b.c d"])(
    "%j is none",
    (text) => {
      expect(tokenInside(text)).toBeNull();
    },
  );
});
