import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/build.ts";

/** The documents that people read in the repository. */
const documents = [
  join(root, "README.md"),
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(root, "docs", name)),
];

/** Where the links of a document lead, those to other sites left out. */
function targetsOf(document: string): string[] {
  const text = readFileSync(document, "utf8").replace(/```[\s\S]*?```/g, "");
  const links = text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g);
  return [...links]
    .map((link) => link[1] ?? link[2] ?? "")
    .filter((target) => !/^([a-z]+:|\/|#)/.test(target))
    .map((target) => target.replace(/#.*$/, ""));
}

const notOurs = new Set([
  "node_modules",
  ".git",
  "dist",
  ".data",
  ".wrangler",
  "artefacts",
  "results",
]);

/** The paths of all files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    if (notOurs.has(each.name)) return [];
    const path = join(folder, each.name);
    return each.isDirectory() ? filesBelow(path) : [relative(root, path)];
  });
}

const files = filesBelow(root);

/** Names of source files and documents that a text puts into code; those made by a run left out. */
function filesNamedIn(document: string): string[] {
  const text = readFileSync(document, "utf8").replace(/```[\s\S]*?```/g, "");
  const names = [...text.matchAll(/`([\w.-][\w./-]*\.(?:tsx?|cjs|md|sql|toml))`/g)];
  return names.map(([, name = ""]) => name);
}

describe("the documents", () => {
  test.each(documents.map((document) => [relative(root, document), document]))(
    "%s links to what is there",
    (_name, document) => {
      const dead = targetsOf(document).filter(
        (target) => !existsSync(join(dirname(document), target)),
      );
      expect(dead).toEqual([]);
    },
  );

  test.each(documents.map((document) => [relative(root, document), document]))(
    "%s names files that are there",
    (_name, document) => {
      const isThere = (name: string) =>
        files.some((file) => file === name || file.endsWith(`/${name}`));
      expect(filesNamedIn(document).filter((name) => !isThere(name))).toEqual([]);
    },
  );

  test("the tour leads through the code", () => {
    expect(targetsOf(join(root, "docs", "tour.md")).length).toBeGreaterThan(60);
  });
});
