import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { readSets } from "../../dev/eval-questions/question-sets.ts";
import { root } from "../support/build.ts";

const GZIP_BYTES_MAX = 120_000;
const LINES_MAX = 300;
const folder = join(root, "src/polykomos/queries");
const owned = ["catalog", "values", "translate"].map((name) => join(folder, name));
/** A folder of evaluation sets, where there is one. */
const data = process.env.QUESTIONS_DATA ?? "";

function filesIn(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name);
    return statSync(file).isDirectory() ? filesIn(file) : [file];
  });
}

test("the translator is at most 120 kB of the bundle, compressed", async () => {
  const bundle = await build({
    entryPoints: [join(folder, "translate/translate.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const bytes = gzipSync(bundle.outputFiles[0]?.contents ?? "").length;
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(GZIP_BYTES_MAX);
});

test("no file of the translator is longer than 300 lines", () => {
  const long = owned
    .flatMap(filesIn)
    .filter((file) => !file.includes("/writes/"))
    .filter((file) => readFileSync(file, "utf8").split("\n").length > LINES_MAX + 1);
  expect(long).toEqual([]);
});

test("nothing of the translator depends on chance, the clock or the locale", () => {
  const forbidden = /Math\.random|Date\.now|new Date\(\)|localeCompare|toLocale|Intl\./;
  const found = owned.flatMap(filesIn).filter((file) => forbidden.test(readFileSync(file, "utf8")));
  expect(found).toEqual([]);
});

test.skipIf(!existsSync(data))(
  "no question or database of an evaluation set stands in the source (QUESTIONS_DATA names the folder)",
  () => {
    const source = filesIn(folder)
      .map((file) => readFileSync(file, "utf8").toLowerCase())
      .join("\n");
    const sets = readSets(data, [], "question");
    const questions = sets.flatMap((set) => set.questions.map(({ question }) => question));
    const long = questions.filter((question) => question.length > 40);
    expect(long.filter((question) => source.includes(question.toLowerCase()))).toEqual([]);
    const databases = sets.flatMap((set) => set.databases.map(({ name }) => name.toLowerCase()));
    expect(databases.filter((name) => name.includes("_") && source.includes(name))).toEqual([]);
  },
);
