import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/build.ts";

/** docs/security.md claims nothing that no test shows. */
const document = readFileSync(join(root, "docs", "security.md"), "utf8");

const testFiles = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });

/** The rows of the table behind a heading, without its head. */
function rowsBehind(heading: string): string[][] {
  const [, behind = ""] = document.split(`\n## ${heading}\n`);
  const lines = behind.split("\n## ")[0]?.split("\n") ?? [];
  const rows = lines.filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => row.split("|").map((cell) => cell.trim()));
}

test("every file that it names is there", () => {
  const named = [...document.matchAll(/`([\w./-]+\.(?:ts|tsx|md))`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(80);
  const missing = named.filter(
    (name) =>
      !existsSync(join(root, name)) &&
      !existsSync(join(root, "docs", name)) &&
      !testFiles.some((file) => file.endsWith(`/${name}`)),
  );
  expect(missing).toEqual([]);
});

test.each(["Who tries what", "OWASP API Security Top 10 (2023)"])(
  "each row of “%s” names a test",
  (heading) => {
    const rows = rowsBehind(heading);
    expect(rows.length).toBeGreaterThanOrEqual(10);
    const bare = rows.filter((row) => !/`test\/[\w/-]+\.test\.ts`/.test(row.at(-2) ?? ""));
    expect(bare).toEqual([]);
  },
);

test("the ten risks are all there", () => {
  const risks = rowsBehind("OWASP API Security Top 10 (2023)").map((row) => row[1]?.split(" ")[0]);
  expect(risks).toEqual(Array.from({ length: 10 }, (_, index) => `API${index + 1}`));
});

test("every secret that the Worker takes has its way of being changed", () => {
  const example = readFileSync(join(root, ".dev.vars.example"), "utf8");
  const secrets = [...example.matchAll(/^#? ?([A-Z_]+)="/gm)].map(([, name = ""]) => name);
  expect(secrets).toContain("SEALING_KEYS");
  const [, changing = ""] = document.split("\n## Changing each secret\n");
  const [section = ""] = changing.split("\n## ");
  expect(secrets.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
});
