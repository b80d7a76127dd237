import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, uploadGzipKibMax, uploadSize } from "../test/support/build.ts";
import { comparedRow, type Row, withBar } from "./rows.ts";

/**
 * What a deploy uploads, what it is made of, and the processor time until the Worker can take its
 * first request, beside a bare Worker's.
 */
const suite = "size";
const kib = 1_024;
const shownPackages = 8;
const startUps = 3;

type Bundle = { bytes: number; gzipBytes: number; bytesByOrigin: Map<string, number> };

async function wrangler(...words: string[]): Promise<void> {
  const bin = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  await promisify(execFile)(process.execPath, [bin, ...words], {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
  });
}

/** The package of an input's path, or what part of ours it is. */
function originOf(path: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(path)?.[1];
  return inPackage ?? "our own code";
}

async function bundle(folder: string): Promise<Bundle> {
  await wrangler("deploy", "--dry-run", "--outdir", folder, "--metafile");
  const meta: { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> } =
    JSON.parse(readFileSync(join(folder, "bundle-meta.json"), "utf8"));
  const bytesByOrigin = new Map<string, number>();
  for (const { inputs } of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const origin = originOf(path);
      bytesByOrigin.set(origin, (bytesByOrigin.get(origin) ?? 0) + bytesInOutput);
    }
  }
  return { ...uploadSize(folder), bytesByOrigin };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function sizeRow(name: string, bytes: number): Row {
  return { suite, name, value: bytes / kib, unit: "KiB" };
}

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  timeDeltas: number[];
};

/** Milliseconds in which the profiled isolate was not idle. */
function busyMs({ nodes, samples, timeDeltas }: Profile): number {
  const idle = nodes.find((node) => node.callFrame.functionName === "(idle)")?.id;
  const busy = timeDeltas.filter((_, index) => samples[index] !== idle);
  return sum(busy) / 1_000;
}

async function startUpMs(folder: string, args: string): Promise<number> {
  const outfile = join(folder, "startup.cpuprofile");
  await wrangler("check", "startup", "--outfile", outfile, "--args", args);
  return busyMs(JSON.parse(readFileSync(outfile, "utf8")));
}

async function startUpRow(folder: string): Promise<Row> {
  const rounds: { ours: number; floor: number }[] = [];
  for (let round = 0; round < startUps; round++) {
    const ours = await startUpMs(folder, "src/index.ts");
    rounds.push({ ours, floor: await startUpMs(folder, "bench/bare-entry.ts") });
  }
  return comparedRow({ suite, name: "start-up, processor time", unit: "ms" }, rounds);
}

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-size-"));
  try {
    const deployed = await bundle(join(folder, "deployed"));
    const origins = [...deployed.bytesByOrigin].sort(([, a], [, b]) => b - a);
    const rest = sum(origins.slice(shownPackages).map(([, bytes]) => bytes));
    return [
      withBar(sizeRow("as deployed, gzip", deployed.gzipBytes), {
        of: "value",
        atMost: uploadGzipKibMax,
      }),
      sizeRow("as deployed", deployed.bytes),
      ...origins.slice(0, shownPackages).map(([name, bytes]) => sizeRow(`of it ${name}`, bytes)),
      sizeRow("of it the rest", rest),
      await startUpRow(folder),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
