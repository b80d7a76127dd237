// `npm run eval:questions -- --data DIR`: how many questions of a data folder the embedded translator
// answers as the gold statement does, on both engines.

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Dialect } from "../../src/polykomos/queries/translator.ts";
import { evaluateSet } from "./evaluate.ts";
import { openGoldCache } from "./gold.ts";
import { readSets, wordingFields } from "./question-sets.ts";
import { reportLines } from "./report.ts";
import { startServers } from "./servers.ts";
import { compareVerdicts, type Verdict, writeVerdicts } from "./verdicts.ts";

const USAGE = `npm run eval:questions -- --data DIR [--set NAME]… [--engine postgres|mysql|both]
  [--field question|question_syn] [--every N] [--limit N] [--out FILE] [--before FILE] [--reveal]
  [--cache DIR]`;
const LISTED = 12;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
    engine: { type: "string", default: "postgres" },
    field: { type: "string", default: "question" },
    every: { type: "string", default: "1" },
    limit: { type: "string", default: "0" },
    out: { type: "string" },
    before: { type: "string" },
    reveal: { type: "boolean", default: false },
    cache: { type: "string", default: join(tmpdir(), "polykomos-eval-questions") },
  },
});
const enginesByName: Record<string, Dialect[]> = {
  postgres: ["postgres"],
  mysql: ["mysql"],
  both: ["postgres", "mysql"],
};
const engines = enginesByName[values.engine] ?? refuse(`--engine: there is no ${values.engine}`);
const field =
  wordingFields.find((each) => each === values.field) ??
  refuse(`--field: there is no ${values.field}`);
const every = countOf("every", values.every, 1);
const limit = countOf("limit", values.limit, 0) || Number.POSITIVE_INFINITY;
const data = values.data ?? refuse("--data: the folder of the sets is missing");
const sets = readSets(data, values.set, field);
const digest = createHash("sha256").update(data).digest("hex").slice(0, 6);
mkdirSync(values.cache, { recursive: true });
const servers = await startServers(values.cache, engines);
const verdicts: Verdict[] = [];
try {
  for (const set of sets) {
    const questions = set.questions.filter((_, index) => index % every === 0).slice(0, limit);
    const golds = openGoldCache(join(values.cache, `gold-${set.name}-${digest}.json`));
    await servers.load(set, [...new Set(questions.map((question) => question.database))]);
    for (const engine of engines) {
      const found = await evaluateSet({ set, questions, engine, servers, golds });
      console.log([`${set.name} on ${engine} (${field})`, ...reportLines(found)].join("\n"));
      verdicts.push(...found);
    }
    golds.save();
  }
} finally {
  await servers.stop();
}
if (values.before !== undefined) {
  const change = compareVerdicts(values.before, verdicts);
  if (change) {
    console.log(`won ${change.won.length}: ${change.won.slice(0, LISTED).join(" ")}`);
    console.log(`lost ${change.lost.length}: ${change.lost.slice(0, LISTED * 4).join(" ")}`);
  }
}
if (values.out !== undefined) writeVerdicts(values.out, verdicts, values.reveal);

function countOf(name: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= least) return count;
  return refuse(`--${name}: must be a whole number from ${least}`);
}

function refuse(reason: string): never {
  console.error(`${reason}\n${USAGE}`);
  process.exit(2);
}
