import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quantile, type Row, withBar } from "../bench/rows.ts";
import { suiteTable } from "../bench/table.ts";
import type { Audited } from "./audit.ts";
import type { Broken } from "./faults.ts";
import type { Finding } from "./finding.ts";
import { type Growth, memoryBar, type Sample } from "./memory.ts";
import type { Options } from "./options.ts";
import { readsBar, type Times } from "./probe.ts";
import type { Soak } from "./soak.ts";

/** What a run was, did and found. */
type Outcome = {
  options: Options;
  /** The same of the same seed. */
  planHash: string;
  broken: Broken;
  audited: Audited;
  idle: Times | null;
  loaded: Times | null;
  growth: Growth | null;
  memory: readonly Sample[];
};

const suite = "soak";

function rowsOf(soak: Soak, outcome: Outcome): Row[] {
  const { polykomos, puma } = soak.journal.counts();
  const { broken, audited, idle, loaded, growth } = outcome;
  const count = (name: string, value: number): Row => ({ suite, name, value, unit: "" });
  const none = (name: string, kinds: readonly Finding["kind"][]): Row => {
    const value = soak.findings.filter(({ kind }) => kinds.includes(kind)).length;
    return withBar(count(name, value), { of: "value", atMost: 0 });
  };
  return [
    ...Object.entries(broken).map(([kind, value]) => count(`faults: ${kind}`, value)),
    ...Object.entries(polykomos.byClass).map(([each, n]) => count(`Polykomos, answers ${each}`, n)),
    count("Polykomos, answers lost", polykomos.lost),
    ...Object.entries(puma.byClass).map(([each, n]) => count(`pumaDB, answers ${each}`, n)),
    count("pumaDB, answers lost", puma.lost),
    count("503 with Retry-After, in outages", soak.journal.excused()),
    none("other answers from 500 on", ["server error"]),
    none("other answers that must not be", ["unexpected answer", "malformed answer"]),
    ...Object.entries(audited).map(([what, value]) => count(`audited ${what}`, value)),
    none("acknowledged writes lost", ["lost write", "lost database", "missing on server"]),
    none("things doubled", ["doubled"]),
    none("things in a wrong state", ["wrong state", "damaged", "unknown row"]),
    none("orphans", ["orphan"]),
    none("things that work after their end", ["works after its end"]),
    none("work unfinished or given up", ["unfinished work", "given up"]),
    none("events lost", ["missing event", "event not delivered", "unverified message"]),
    none("secrets in the log", ["secret in the log"]),
    ...timesRows(soak, idle, loaded),
    ...(growth ? memoryRows(growth) : []),
    none("faults of the soak's own", ["broken client", "not measured"]),
  ];
}

function timesRows(soak: Soak, idle: Times | null, loaded: Times | null): Row[] {
  const of = (what: string, name: string): Row[] => {
    const times = soak.journal.times(what);
    if (times.length === 0) return [];
    const part = (p: number) => ({ value: quantile(times, p), unit: "ms" });
    return [
      { suite, name: `${name}, p50`, ...part(0.5) },
      { suite, name: `${name}, p99`, ...part(0.99) },
    ];
  };
  return [
    ...(idle && loaded ? readRows(idle, loaded) : []),
    ...of("addRow", "pumaDB's adds"),
    ...of("getDatabase", "Polykomos's reads"),
    ...of("createDatabase", "Polykomos's creates"),
  ];
}

function readRows(idle: Times, loaded: Times): Row[] {
  const row = (part: string, value: number, floor: number): Row => {
    const name = `pumaDB's reads, ${part} (floor: idle)`;
    return { suite, name, value, unit: "ms", floor, ratio: value / floor };
  };
  return [
    row("p50", loaded.p50Ms, idle.p50Ms),
    withBar(row("p99", loaded.p99Ms, idle.p99Ms), { of: "ratio", atMost: readsBar }),
  ];
}

function memoryRows({ seconds, firstMb, lastMb, ratio, processMb }: Growth): Row[] {
  const name = `Worker's live heap after ${seconds.toFixed(0)} s (floor: before)`;
  const row: Row = { suite, name, value: lastMb, unit: "MB", floor: firstMb, ratio };
  const largest = "process with its simulators, at its largest";
  const process: Row = { suite, name: largest, value: processMb, unit: "MB" };
  return [withBar(row, { of: "ratio", atMost: memoryBar }), process];
}

const shownOfKind = 6;

/** The table, and each kind of finding with its first ones. */
export function printReport(soak: Soak, outcome: Outcome): void {
  console.log(suiteTable(suite, rowsOf(soak, outcome)));
  if (!outcome.growth) console.log("No life of the Worker was long enough to judge its memory.");
  for (const [kind, findings] of Map.groupBy(soak.findings, (each) => each.kind)) {
    console.log(`${findings.length} × ${kind}`);
    for (const { what } of findings.slice(0, shownOfKind)) console.log(`  ${what}`);
  }
}

/** Writes everything to a file; its path. */
export function writeReport(soak: Soak, outcome: Outcome, printed: readonly string[]): string {
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const name = `seed-${outcome.options.seed}`;
  const file = join(folder, `${name}.json`);
  const { findings, outages, journal } = soak;
  const content = {
    ...outcome,
    findings,
    outages: outages.all,
    asked: journal.byWhat(),
    answers: journal.counts(),
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  writeFileSync(join(folder, `${name}.log`), `${printed.join("\n")}\n`);
  return file;
}
