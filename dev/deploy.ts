// `npm run deploy -- --dry-run`: says what is missing for a deploy, a line each, without an account and
// without a network but for STORE_URL's. `npm run deploy`: the same checks, the store's migrations, the
// Worker, a look at /healthz. docs/deploy.md goes through all of it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkConfig } from "./deploy/bindings.ts";
import { checkBundle } from "./deploy/bundle.ts";
import { configName, productionConfig, readConfig, writeConfig } from "./deploy/config.ts";
import { type Finding, lineOf, open } from "./deploy/findings.ts";
import { checkSettings } from "./deploy/settings.ts";
import { checkStore } from "./deploy/store.ts";
import { checkPlace, neededSecrets, readValues, type Values } from "./deploy/values.ts";
import { wrangler } from "./deploy/wrangler.ts";
import { explain, failure } from "./failure.ts";
import { type Health, untilHealthz } from "./healthz.ts";
import { migrate } from "./migrate.ts";
import { parseWords } from "./parse-words.ts";
import { writePrivate } from "./private-file.ts";

const root = join(import.meta.dirname, "..");
const usage = "Usage: npm run deploy [-- [--dry-run] [--values .production.vars]]";
const healthTimes = { withinMs: 90_000, everyMs: 2_000 };
const rollback = `To go back: npx wrangler rollback --config ${configName}. The store stays as it is: the version before works with it.`;

/** The names of the secrets that the Worker has; null when nobody is logged in or there is no Worker. */
async function secretsOnWorker(configPath: string): Promise<string[] | null> {
  const words = ["secret", "list", "--config", configPath, "--format", "json"];
  const { code, output } = await wrangler(root, words);
  const json = /\[[\s\S]*\]/.exec(output)?.[0];
  if (code !== 0 || json === undefined) return null;
  const listed: { name: string }[] = JSON.parse(json);
  return listed.map(({ name }) => name);
}

async function check(values: Values, isDryRun: boolean): Promise<Finding[]> {
  const base = readConfig(root);
  const path = writeConfig(root, productionConfig(base, values));
  const isOpen = neededSecrets.some((name) => values.secrets[name] === undefined);
  const onWorker = isOpen && !isDryRun ? await secretsOnWorker(path) : null;
  return [
    ...values.findings,
    ...checkPlace(values),
    ...checkConfig(root, base),
    ...checkSettings(values, onWorker),
    ...(await checkStore(root, values.secrets.STORE_URL)),
    await checkBundle(root, path),
    ...(isDryRun
      ? [
          open(
            "whether queues and hosts exist is not known",
            "the deploy says it; docs/deploy.md makes them",
          ),
        ]
      : []),
  ];
}

async function upload(values: Values): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-deploy-"));
  try {
    const file = join(folder, "secrets.json");
    writePrivate(file, JSON.stringify(values.secrets));
    const secrets = Object.keys(values.secrets).length > 0 ? ["--secrets-file", file] : [];
    const { code } = await wrangler(root, ["deploy", "--config", configName, ...secrets], true);
    if (code !== 0) {
      throw failure(
        "Nothing was deployed. The store has its migrations, with which the version before works on.",
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a new deploy lacks until its operator has added a server. */
function lacksServer({ text }: Health): boolean {
  return text.includes("active database server");
}

/** Waits until the Worker says that it is ready, or what it lacks; the line to show. */
async function awaitHealth(origin: string): Promise<string> {
  const isEnough = (health: Health) => health.status === 200 || lacksServer(health);
  const { status } = await untilHealthz(origin, isEnough, healthTimes);
  const verdict =
    status === 200
      ? "ready"
      : "deployed; the first database server is still to be added (docs/deploy.md)";
  return `${origin}/healthz: ${verdict}`;
}

async function main(): Promise<void> {
  const { values: options } = parseWords(
    {
      options: {
        "dry-run": { type: "boolean", default: false },
        values: { type: "string", default: ".production.vars" },
      },
    } as const,
    usage,
  );
  const values = readValues(resolve(root, options.values), options.values);
  const findings = await check(values, options["dry-run"]);
  for (const finding of findings) console.log(lineOf(finding));
  const needed = findings.filter(({ level }) => level === "need").length;
  if (needed > 0) {
    console.log(`\n${needed} missing or wrong; nothing was deployed.`);
    process.exitCode = 1;
    return;
  }
  if (options["dry-run"]) {
    console.log("\nNothing is missing as far as this can tell; nothing was deployed.");
    return;
  }
  if (values.secrets.STORE_URL === undefined) {
    throw failure("The store's migrations need STORE_URL: put it into .production.vars.");
  }
  await migrate(values.secrets.STORE_URL);
  console.log("The store has every migration.");
  await upload(values);
  try {
    console.log(await awaitHealth(values.vars.PUBLIC_URL ?? ""));
  } finally {
    console.log(rollback);
  }
}

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
