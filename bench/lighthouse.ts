import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { buildWorker } from "../test/support/build.ts";
import { consoleVars, newAddress, type Person, signedIn } from "../test/support/console.ts";
import { withRig } from "./rig.ts";
import { median, type Row, rangeOf, withBar } from "./rows.ts";
import { registerServer } from "./tenant.ts";

/**
 * What Lighthouse says of the sign-in page and of a list of databases, as on a slow phone (its own
 * default), and how soon each can be used on this machine as it is. Lighthouse is fetched for the run
 * alone, so that nobody else has to install it; Chromium is Debian's.
 */
const suite = "lighthouse";
const program = "lighthouse@12.8.2";
const chromium = "/usr/bin/chromium";
const rounds = 3;
const databases = 6;
const madeWithinMs = 60_000;
const scoreAtLeast = 95;
const kbAtMost = 100;
const interactiveAtMostMs = 1_000;

type Report = {
  categories: Record<string, { score: number }>;
  audits: Record<string, { numericValue?: number }>;
};

/** What Lighthouse says when it missed the beginning of a page itself; it asks to be run again. */
const missedItself = /NO_NAVSTART/;
const triesMax = 3;

type PageToMeasure = { name: string; url: string; cookie: string | null };

async function lighthouse({ url, cookie }: PageToMeasure, ...words: string[]): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-lighthouse-"));
  const path = join(folder, "report.json");
  const headers = cookie === null ? [] : ["--extra-headers", JSON.stringify({ cookie })];
  const output = ["--output=json", `--output-path=${path}`, "--quiet"];
  const flags = `--chrome-flags=--headless --no-sandbox --disable-quic --user-data-dir=${folder}`;
  const of = "--only-categories=performance,accessibility";
  const run = () =>
    promisify(execFile)(
      "npx",
      ["--yes", program, url, of, flags, ...output, ...headers, ...words],
      { env: { ...process.env, CHROME_PATH: chromium, HOME: process.env.HOME ?? folder } },
    );
  try {
    for (let tries = 1; ; tries++) {
      try {
        await run();
        return JSON.parse(readFileSync(path, "utf8"));
      } catch (error) {
        if (tries === triesMax || !missedItself.test(String(error))) throw error;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function figure(report: Report, audit: string): number {
  const value = report.audits[audit]?.numericValue;
  if (value === undefined) throw new Error(`Lighthouse did not measure ${audit}`);
  return value;
}

async function rowsOf(page: PageToMeasure): Promise<Row[]> {
  const onPhone: Report[] = [];
  const asIs: Report[] = [];
  for (let round = 0; round < rounds; round++) {
    onPhone.push(await lighthouse(page));
    asIs.push(await lighthouse(page, "--preset=desktop", "--throttling-method=provided"));
  }
  const row = (what: string, unit: string, values: number[]): Row => {
    const name = `${page.name}, ${what}`;
    return { suite, name, unit, value: median(values), range: rangeOf(values) };
  };
  const scores = (reports: Report[], category: string) =>
    reports.map(({ categories }) => Math.round((categories[category]?.score ?? 0) * 100));
  const least = { of: "value", atLeast: scoreAtLeast } as const;
  return [
    withBar(row("performance", "", scores(onPhone, "performance")), least),
    withBar(row("performance unthrottled", "", scores(asIs, "performance")), least),
    withBar(row("accessibility", "", scores([...onPhone, ...asIs], "accessibility")), least),
    withBar(
      row(
        "transferred",
        "kB",
        asIs.map((report) => figure(report, "total-byte-weight") / 1_000),
      ),
      { of: "value", atMost: kbAtMost },
    ),
    withBar(
      row(
        "interactive",
        "ms",
        asIs.map((report) => figure(report, "interactive")),
      ),
      { of: "value", atMost: interactiveAtMostMs },
    ),
  ];
}

async function makeDatabases(person: Person): Promise<void> {
  for (let at = 0; at < databases; at++) {
    const made = await person.post("/console/databases", { name: `shop-${at}`, plan: "free" });
    if (made.status !== 303) throw new Error(`No database: ${made.status} ${made.text}`);
    await untilMade(person, made.headers.get("location") ?? "");
  }
}

/** The list follows a database until it is made: the figures are of one that stands still. */
async function untilMade(person: Person, page: string): Promise<void> {
  for (const begunAt = performance.now(); performance.now() - begunAt < madeWithinMs; ) {
    if (!(await person.get(page)).text.includes('id="progress"')) return;
    await pause(100);
  }
  throw new Error(`${page} is not made after ${madeWithinMs} ms`);
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-lighthouse");
    const { url } = await rig.start(script, consoleVars);
    await registerServer(url, "postgres", rig.postgres);
    const person = await signedIn(url, newAddress());
    await makeDatabases(person);
    return [
      ...(await rowsOf({ name: "sign-in", url: `${url}/console/sign-in`, cookie: null })),
      ...(await rowsOf({
        name: `list of ${databases} databases`,
        url: `${url}/console/databases`,
        cookie: person.cookie,
      })),
    ];
  });
}
