import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hasCode } from "./failure.ts";

const OWNER_ONLY = 0o600;

/** Writes a file only its owner can read; a reader sees the old content or the new, never half. */
export function writePrivate(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: OWNER_ONLY });
  renameSync(temporary, path);
}

/** The content of a file, or null when there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** The JSON object in a file; null when there is no file or what it holds is no JSON object. */
export function readJsonObject(path: string): Record<string, unknown> | null {
  const text = readIfThere(path);
  if (text === null) return null;
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content) ? content : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
