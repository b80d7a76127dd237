import { expect, test } from "vitest";
import { createSealer, newestPrefix, sealingKeyOf } from "../../src/lib/sealed.ts";

function keyOf(fill: number): string {
  return Buffer.alloc(32, fill).toString("base64");
}

const old = `old:${keyOf(1)}`;
const fresh = `new:${keyOf(2)}`;

test.each(["", "a", "päss wörd 😀", "a".repeat(100_000)])(
  "what is sealed opens again",
  async (text) => {
    const sealer = createSealer(old);
    const sealed = await sealer.seal(text, "context");
    expect(await sealer.open(sealed, "context")).toBe(text);
  },
);

test("a sealed text shows nothing of the secret and is another every time", async () => {
  const sealer = createSealer(old);
  const secret = "correct-horse-battery-staple";
  const all = await Promise.all(Array.from({ length: 50 }, () => sealer.seal(secret, "c")));
  expect(new Set(all).size).toBe(50);
  for (const each of all) {
    expect(each).toMatch(/^v1\.old\.[\w-]{16}\.[\w-]+$/);
    const decoded = each
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect([each, ...decoded].join()).not.toContain(secret);
  }
});

test("a sealed text opens only in the context it was sealed for", async () => {
  const sealer = createSealer(old);
  const sealed = await sealer.seal("secret", "database-password:1");
  await expect(sealer.open(sealed, "database-password:2")).rejects.toThrow();
});

test("a sealed text that was changed anywhere does not open", async () => {
  const sealer = createSealer(old);
  const sealed = await sealer.seal("secret", "c");
  for (let at = "v1.old.".length; at < sealed.length - 1; at++) {
    if (sealed[at] === ".") continue;
    const other = sealed[at] === "A" ? "B" : "A";
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
    await expect(sealer.open(changed, "c"), String(at)).rejects.toThrow();
  }
});

test("after a rotation the new key seals and the old one still opens", async () => {
  const before = await createSealer(old).seal("secret", "c");
  const rotated = createSealer(`${fresh},${old}`);
  expect(await rotated.open(before, "c")).toBe("secret");
  const after = await rotated.seal("secret", "c");
  expect(after).toMatch(/^v1\.new\./);
  await expect(createSealer(old).open(after, "c")).rejects.toThrow("new");
});

test("once a key is taken away, what it sealed names it and stays shut", async () => {
  const before = await createSealer(old).seal("secret", "c");
  await expect(createSealer(fresh).open(before, "c")).rejects.toThrow("id old");
});

test("two keys of one id do not open each other's texts", async () => {
  const sealed = await createSealer(`k:${keyOf(1)}`).seal("secret", "c");
  await expect(createSealer(`k:${keyOf(2)}`).open(sealed, "c")).rejects.toThrow();
});

test.each(["", "v1", "v1.old", "v1.old.x", "v2.old.a.b", "plain", "...", "v1..a.b"])(
  "%j is no sealed text",
  async (text) => {
    await expect(createSealer(old).open(text, "c")).rejects.toThrow();
  },
);

test.each([
  "",
  "k",
  "k:",
  ":",
  `:${keyOf(1)}`,
  "k:AAAA",
  `k:${keyOf(1)},`,
  "k:not base64",
  `k:${keyOf(1)},k:${keyOf(2)}`,
  // What it sealed could not be taken apart again.
  `k.1:${keyOf(1)}`,
  `k 1:${keyOf(1)}`,
  `k:${keyOf(1)}:${keyOf(2)}`,
  `k:${keyOf(1)}!`,
])("the key list %j is refused at the start, without telling a key", (keys) => {
  expect(() => createSealer(keys)).toThrow(/^SEALING_KEYS/);
});

test("a sealed text tells which key sealed it, and the ring which one seals now", async () => {
  const rotated = createSealer(`${fresh},${old}`);
  const sealed = await rotated.seal("secret", "c");
  expect(rotated.keyIds).toEqual(["new", "old"]);
  expect(sealed.startsWith(newestPrefix(rotated))).toBe(true);
  expect(sealingKeyOf(sealed)).toBe("new");
  expect(sealingKeyOf("plain")).toBe("");
});
