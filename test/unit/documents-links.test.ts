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

  test("the tour leads through the code", () => {
    expect(targetsOf(join(root, "docs", "tour.md")).length).toBeGreaterThan(60);
  });
});
