import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";

type Ran = { code: number; output: string };

/** Runs wrangler; what it says is shown as well when `isShown`. */
export function wrangler(root: string, words: readonly string[], isShown = false): Promise<Ran> {
  const program = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const child = spawn(process.execPath, [program, ...words], {
    cwd: root,
    // The build command is a TypeScript file, for the `node` that runs this.
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
      WRANGLER_SEND_METRICS: "false",
      ...(isShown ? {} : { NO_COLOR: "1", FORCE_COLOR: "0" }),
    },
    stdio: ["inherit", "pipe", "pipe"],
  });
  const parts: string[] = [];
  const read = (out: NodeJS.WriteStream) => (chunk: Buffer) => {
    parts.push(chunk.toString());
    if (isShown) out.write(chunk);
  };
  child.stdout.on("data", read(process.stdout));
  child.stderr.on("data", read(process.stderr));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output: parts.join("") }));
  });
}
