import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { hasCode } from "./failure.ts";
import { ownerOnlyFile } from "./file-modes.ts";
import { parseObject } from "./json-object.ts";

/** Writes a file only its owner can read; a reader sees the old content or the new, never half. */
export function writePrivate(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: ownerOnlyFile });
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
  return parseObject(readIfThere(path) ?? "");
}
