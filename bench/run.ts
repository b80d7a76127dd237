// `npm run bench`, or `npm run bench -- read size`: runs suites one after the other, prints their
// tables and writes all rows to bench/results/latest.json.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMachine } from "./machine.ts";
import type { Row, Suite } from "./rows.ts";
import { suiteTable } from "./table.ts";

/** In the order in which they run. A suite's file is loaded when it is its turn. */
const suites = new Map<string, () => Promise<Suite>>(
  Object.entries({
    size: () => import("./size.ts"),
    counts: () => import("./counts.ts"),
    read: () => import("./read.ts"),
    create: () => import("./create.ts"),
    "soak-create": () => import("./soak-create.ts"),
    transports: () => import("./transports.ts"),
    webhooks: () => import("./webhooks.ts"),
    puma: () => import("./puma.ts"),
    mcp: () => import("./mcp.ts"),
    blueprints: () => import("./blueprints.ts"),
    sweep: () => import("./sweep.ts"),
    questions: () => import("./questions.ts"),
    cost: () => import("./cost.ts"),
    scale: () => import("./scale.ts"),
    lighthouse: () => import("./lighthouse.ts"),
  }),
);

/** Those that fetch a program from the registry run when they are asked for by name. */
const namedOnly = new Set<string>(["lighthouse"]);

function chosen() {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !suites.has(name));
  if (unknown.length > 0) {
    console.error(
      `No such suite: ${unknown.join(", ")}. There are ${[...suites.keys()].join(", ")}.`,
    );
    process.exit(2);
  }
  const isChosen = (name: string) =>
    asked.length === 0 ? !namedOnly.has(name) : asked.includes(name);
  return [...suites].filter(([name]) => isChosen(name));
}

const wanted = chosen();
const machine = readMachine();
const { cpu, cores, node, workerd, wrangler, postgres, fileSystem } = machine;
console.log(
  `${cpu}, ${cores} cores, ${fileSystem}, load ${machine.load.toFixed(2)}; Node ${node}, workerd ${workerd}, wrangler ${wrangler}, PostgreSQL ${postgres}\n`,
);

const startedAt = new Date();
const rows: Row[] = [];
for (const [name, load] of wanted) {
  const suite = await load();
  const found = await suite.run();
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
