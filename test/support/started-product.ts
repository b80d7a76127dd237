import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { freePort } from "../../dev/ports.ts";
import { root } from "./build.ts";
import { serverFolder } from "./server-folder.ts";

/** The product as `npm start` brings it up, in a copy of the tree of its own, on a free port. */
export type StartedProduct = {
  url: string;
  /** The clone: where a reader of the README would be. */
  folder: string;
  stop(): Promise<void>;
};

const leftBehind = new Set([".git", ".data", ".wrangler", "node_modules", "dist", "test", "bench"]);
const readyWithinMs = 230_000;

/** Copies the tree, runs `npm start` in it and waits until it says that it is ready. */
export async function startProduct(): Promise<StartedProduct> {
  const parent = serverFolder("polypuma-clone-");
  const folder = join(parent, "clone");
  cpSync(root, folder, { recursive: true, filter: (path) => !leftBehind.has(basename(path)) });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), WRANGLER_SEND_METRICS: "false", CI: "true" };
  const child = spawn("npm", ["start"], { cwd: folder, env, detached: true });
  try {
    await untilReady(child);
  } catch (error) {
    await end(child);
    throw error;
  }
  const { url } = JSON.parse(readFileSync(join(folder, ".data", "demo.json"), "utf8"));
  return {
    url,
    folder,
    async stop() {
      await end(child);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** The greeting is the last thing that a start prints. */
function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const give = (why: string) => reject(new Error(`npm start ${why}: ${printed.slice(-3_000)}`));
    const timer = setTimeout(() => give("does not get ready"), readyWithinMs);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (!/is ready after/.test(printed)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", () => give("ended"));
  });
}

/** As Ctrl-C does: the whole group is told, and takes itself down. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGINT");
  await ended;
}
