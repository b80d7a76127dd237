import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./build.ts";
import { type JsonText, ownJsonTexts } from "./json-texts.ts";
import { ownNaughtyStrings } from "./naughty-strings.ts";

/**
 * Collections of hostile inputs that may stand beside the repository. Where they do not, a test
 * says what it goes without; our own lists are sent in any case.
 */
const folder = join(root, "..", "shared", "data", "bad-inputs");

const toldOf = new Set<string>();

function fileOf(name: string): string | null {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  if (toldOf.has(name)) return null;
  toldOf.add(name);
  console.log(`skipped: ${name} is not beside this repository; our own lists are used`);
  return null;
}

function readJson<Value>(name: string, otherwise: Value): Value {
  const path = fileOf(name);
  return path === null ? otherwise : JSON.parse(readFileSync(path, "utf8"));
}

/** Strings that break naive programs: our own and, where they are, others. */
export function naughtyStrings(): string[] {
  const own = Object.values(ownNaughtyStrings).flat();
  return [...new Set([...own, ...readJson<string[]>("blns.json", [])])];
}

/** Bodies that reach for prototypes, or whose keys are names of methods. */
export function shapedBodies(): string[] {
  return readJson("prototype-and-shape-bodies.json", [
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"toString":1,"hasOwnProperty":1,"toJSON":"x"}',
    '{"then":{"then":1}}',
    '{"a":1,"a":2}',
    '{"":1}',
    '{"s":"\\ud800"}',
  ]);
}

/** Names of the cases of size and shape that a server should be tried with. */
export function sizeCases(): { case: string }[] {
  return readJson<{ case: string }[]>("size-and-shape-cases.json", []);
}

const meaningOf: Record<string, JsonText["parses"]> = { y_: "must", n_: "not", i_: "either" };

/** Texts that are JSON or are not: our own and, where they are, those of JSONTestSuite. */
export function jsonTexts(): JsonText[] {
  return [...ownJsonTexts, ...otherJsonTexts()];
}

function otherJsonTexts(): JsonText[] {
  const archive = fileOf("jsontestsuite.tar.gz");
  if (archive === null) return [];
  const unpacked = mkdtempSync(join(tmpdir(), "polypuma-json-"));
  try {
    execFileSync("tar", ["xzf", archive, "-C", unpacked]);
    return readdirSync(unpacked, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .map((path) => {
        const name = path.split("/").at(-1) ?? path;
        const parses = meaningOf[name.slice(0, 2)] ?? "either";
        return { name, parses, bytes: readFileSync(join(unpacked, path)) };
      });
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
