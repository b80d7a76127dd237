import type { UserConsoleLog } from "vitest";
import type { Reporter } from "vitest/node";
import { type Found, secretsIn } from "./log-secrets.ts";

/**
 * Reads all that the run's Workers print, and fails a run in which a secret was among it. Workers of
 * test files print through their file's console; the shared one hands its lines to `scanLine`.
 */
const event = "polypuma-worker-line";

/** For a Worker of the process that runs the reporters. */
export function scanLine(line: string): void {
  // Reporters are loaded apart from other modules: the process is what they share.
  (process as NodeJS.EventEmitter).emit(event, line);
}

export default class LogScan implements Reporter {
  readonly #found = new Map<string, Found>();
  #lines = 0;

  onInit(): void {
    (process as NodeJS.EventEmitter).on(event, (line: string) => this.#scan(line));
  }

  onUserConsoleLog({ content }: UserConsoleLog): void {
    this.#scan(content);
  }

  onTestRunEnd(): void {
    if (this.#found.size === 0) return;
    console.log(`Secrets in the logs of ${this.#lines} lines:`);
    for (const { kind, where } of this.#found.values()) console.log(`- ${kind}: ${where}`);
    process.exitCode = 1;
  }

  #scan(text: string): void {
    this.#lines += text.split("\n").length;
    for (const found of secretsIn(text)) this.#found.set(found.kind + found.where, found);
  }
}
