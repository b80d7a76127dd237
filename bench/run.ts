// `npm run bench`, or `npm run bench -- read size`: runs suites one after the other, prints their
// tables and writes all rows to bench/results/latest.json.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMachine } from "./machine.ts";
import type { Row, Suite } from "./rows.ts";
import { suiteTable } from "./table.ts";

const names = [
  "size",
  "counts",
  "read",
  "create",
  "soak-create",
  "transports",
  "webhooks",
  "puma",
  "mcp",
  "blueprints",
  "sweep",
  "questions",
  "cost",
  "scale",
  "lighthouse",
] as const;

/** Those that fetch a program from the registry run when they are asked for by name. */
const namedOnly = new Set<string>(["lighthouse"]);

function chosen(): string[] {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !names.some((each) => each === name));
  if (unknown.length > 0) {
    console.error(`No such suite: ${unknown.join(", ")}. There are ${names.join(", ")}.`);
    process.exit(2);
  }
  return names.filter((name) => (asked.length === 0 ? !namedOnly.has(name) : asked.includes(name)));
}

async function load(name: string): Promise<Partial<Suite>> {
  return await import(join(import.meta.dirname, `${name}.ts`));
}

const suites = chosen();
const machine = readMachine();
const { cpu, cores, node, workerd, wrangler, postgres, fileSystem } = machine;
console.log(
  `${cpu}, ${cores} cores, ${fileSystem}, load ${machine.load.toFixed(2)}; Node ${node}, workerd ${workerd}, wrangler ${wrangler}, PostgreSQL ${postgres}\n`,
);

const startedAt = new Date();
const rows: Row[] = [];
for (const name of suites) {
  const { run } = await load(name);
  if (!run) {
    console.log(`${name}\n  bench/${name}.ts does not export run()\n`);
    continue;
  }
  const found = await run();
  console.log(suiteTable(name, found));
  rows.push(...found);
}

const folder = join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const report = { startedAt, finishedAt: new Date(), machine, rows };
writeFileSync(join(folder, "latest.json"), `${JSON.stringify(report, null, 2)}\n`);

const missed = rows.filter((row) => row.ok === false);
for (const row of missed) console.log(`Missed: ${row.suite}, ${row.name}: ${row.bar}`);
process.exitCode = missed.length > 0 ? 1 : 0;
