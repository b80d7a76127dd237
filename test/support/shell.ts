import { spawn } from "node:child_process";

/** One shell that stays: what one example sets, the next may use. It ends at the first failure. */
export type Shell = {
  /** Runs a script and returns what it printed; rejects when a command of it fails. */
  run(script: string): Promise<string>;
  end(): void;
};

export function openShell(cwd: string, env: Record<string, string> = {}): Shell {
  const child = spawn("bash", ["-euo", "pipefail", "-s"], {
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
  });
  let printed = "";
  let changed = () => {};
  const read = (chunk: Buffer) => {
    printed += chunk.toString();
    changed();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  let exitCode: number | null = null;
  child.once("close", (code) => {
    exitCode = code ?? 1;
    changed();
  });
  return {
    run(script) {
      const mark = `=== ${crypto.randomUUID()} ===`;
      printed = "";
      child.stdin.write(`${script}\necho; echo "${mark}"\n`);
      return new Promise((resolve, reject) => {
        changed = () => {
          if (printed.includes(mark)) resolve(printed.slice(0, printed.indexOf(mark)));
          else if (exitCode !== null) reject(new Error(`Ended with ${exitCode}: ${printed}`));
        };
        changed();
      });
    },
    end: () => child.kill(),
  };
}

/** The texts of a Markdown document's shell examples, in order. */
export function shellExamples(markdown: string): string[] {
  return [...markdown.matchAll(/^```(?:sh|bash|shell|console)\n(.*?)^```$/gms)].map(
    ([, example]) => example ?? "",
  );
}
