import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./build.ts";

/**
 * Collections of hostile inputs that may stand beside the repository. Where they do not, a test
 * says what it goes without and uses the smaller lists written here.
 */
const folder = join(root, "..", "shared", "data", "bad-inputs");

const toldOf = new Set<string>();

function fileOf(name: string): string | null {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  if (toldOf.has(name)) return null;
  toldOf.add(name);
  console.log(`skipped: ${name} is not beside this repository; a smaller list is used`);
  return null;
}

function readJson<Value>(name: string, otherwise: Value): Value {
  const path = fileOf(name);
  return path === null ? otherwise : JSON.parse(readFileSync(path, "utf8"));
}

/** Strings that break naive programs. */
export function naughtyStrings(): string[] {
  return readJson("blns.json", [
    "",
    "undefined",
    "null",
    "NaN",
    "-1",
    "1E+02",
    "0x0",
    "１２３",
    "⁰⁴⁵",
    "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい",
    "👩🏽 ❤️ 🇺🇸🇷🇺🇸",
    "ثم نفس سقطت",
    "\u202etest\u202e",
    "\u2028\u2029\u0085",
    "<script>alert(0)</script>",
    "1;DROP TABLE users",
    "' OR 1=1 -- 1",
    "%s%s%n",
    "$HOME",
    "../../../../etc/passwd%00",
    "{{7*7}}",
  ]);
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

/** JSON texts: `must` parse, must `not`, or may do `either`. */
export type JsonText = { name: string; parses: "must" | "not" | "either"; bytes: Buffer };

function ownJsonTexts(): JsonText[] {
  const bad = ["{", "[1,]", "{'a':1}", "[NaN]", "[01]", '["\t"]', "[1] x", "\ufeff{}"];
  const good = ["[]", "{}", "null", '"é"', " [1.5e3] "];
  return [
    ...bad.map((text) => ({ name: text, parses: "not" as const, bytes: Buffer.from(text) })),
    ...good.map((text) => ({ name: text, parses: "must" as const, bytes: Buffer.from(text) })),
  ];
}

const meaningOf: Record<string, JsonText["parses"]> = { y_: "must", n_: "not", i_: "either" };

/** The parsing cases of JSONTestSuite. */
export function jsonTexts(): JsonText[] {
  const archive = fileOf("jsontestsuite.tar.gz");
  if (archive === null) return ownJsonTexts();
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
