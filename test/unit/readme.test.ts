import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/build.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const benchmarks = readFileSync(join(root, "docs", "benchmarks.md"), "utf8");

test("the README's figures are those of docs/benchmarks.md", () => {
  const [, section = ""] = /^## Figures\n(.*?)^## /ms.exec(readme) ?? [];
  const rows = section.split("\n").filter((line) => /^\| .*\d/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(4);
  const figures = rows.flatMap((row) => {
    const [, , measured = "", beside = ""] = row.split("|");
    return `${measured} ${beside}`.match(/\d[\d.]*( \/ \d[\d.]*)?/g) ?? [];
  });
  expect(figures.filter((figure) => !benchmarks.includes(figure))).toEqual([]);
});

test("the README stays short, and its pictures small", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(125);
  const pictures = [...readme.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = ""]) => path);
  expect(pictures).toHaveLength(3);
  const large = pictures.filter((path) => statSync(join(root, path)).size > 150_000);
  expect(large).toEqual([]);
});
