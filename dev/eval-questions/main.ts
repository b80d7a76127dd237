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
import { readSets } from "./question-sets.ts";
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
if (values.data === undefined) {
  console.error(USAGE);
  process.exit(2);
}

const engines: Dialect[] =
  values.engine === "both"
    ? ["postgres", "mysql"]
    : [values.engine === "mysql" ? "mysql" : "postgres"];
const field = values.field === "question_syn" ? "question_syn" : "question";
const sets = readSets(values.data, values.set, field);
mkdirSync(values.cache, { recursive: true });
const servers = await startServers(values.cache, engines);
const verdicts: Verdict[] = [];
try {
  for (const set of sets) {
    const every = Number(values.every);
    const sampled = set.questions.filter((_question, index) => index % every === 0);
    const questions = values.limit === "0" ? sampled : sampled.slice(0, Number(values.limit));
    const digest = createHash("sha256").update(values.data).digest("hex").slice(0, 6);
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
