import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./build.ts";

/** Runs the official conformance suite against a server of ours. */
export type Revision = "2025-11-25" | "2026-07-28";

export type Check = { id: string; status: string; errorMessage?: string };

const conformance = join(root, "node_modules/@modelcontextprotocol/conformance/dist/index.js");

function run(words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, NO_COLOR: "1" }, maxBuffer: 64_000_000 };
    execFile(process.execPath, [conformance, ...words], options, (error, stdout) => {
      // It ends with 1 when a check failed, and the checks are what the caller looks at.
      if (error && error.code !== 1) reject(error);
      else resolve(stdout);
    });
  });
}

/** The server scenarios that a revision requires and scores. */
export function requiredScenarios(revision: Revision): string[] {
  const file = join(conformance, "../../requirements", `${revision}.yaml`);
  const [, list = ""] = /^server:\n((?: {2}- .*\n)+)/m.exec(readFileSync(file, "utf8")) ?? [];
  return [...list.matchAll(/^ {2}- (\S+)$/gm)].map(([, name]) => name ?? "");
}

/** The checks of a server in one process for all scenarios that a revision requires, by scenario. */
async function runRequirements(
  url: string,
  revision: Revision,
): Promise<ReadonlyMap<string, Check[]>> {
  const folder = mkdtempSync(join(tmpdir(), "puma-conformance-"));
  try {
    const where = ["server", "--url", url, "--output-dir", folder, "--timeout", "20000"];
    await run([...where, "--requirements", revision]);
    return new Map(
      readdirSync(folder).map((name) => {
        const [, scenario = name] = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(name) ?? [];
        return [scenario, JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8"))];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs scenarios against a server: each the first time with all the others of its revision, which
 * takes one process, and after that alone.
 */
export function scenarioRunner(url: string, revision: Revision) {
  const all = runRequirements(url, revision);
  // Whoever awaits it is told, and not the process when it fails before anybody does.
  all.catch(() => {});
  const tried = new Set<string>();
  return async (scenario: string): Promise<Check[]> => {
    const first = tried.has(scenario) ? undefined : (await all).get(scenario);
    tried.add(scenario);
    return first ?? (await runScenario(url, scenario, revision));
  };
}

/** Runs one scenario at a revision and returns its checks. */
async function runScenario(url: string, scenario: string, revision: Revision): Promise<Check[]> {
  const folder = mkdtempSync(join(tmpdir(), "puma-conformance-"));
  try {
    const where = ["server", "--url", url, "--output-dir", folder, "--timeout", "120000"];
    const printed = await run([...where, "--scenario", scenario, "--spec-version", revision]);
    const [result] = readdirSync(folder);
    if (!result) throw new Error(`No result of ${scenario}: ${printed.slice(-2_000)}`);
    return JSON.parse(readFileSync(join(folder, result, "checks.json"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A door in front of a Worker that adds a key to every request: the suite cannot send one. */
export async function withKey(
  url: string,
  key: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(url);
  const door = createServer((asked, answer) => {
    const headers = { ...asked.headers, authorization: `Bearer ${key}` };
    const { method, url: path } = asked;
    const passed = request({ hostname, port, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port: own } = door.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    close: () =>
      new Promise((resolve) => {
        door.closeAllConnections();
        door.close(() => resolve());
      }),
  };
}
