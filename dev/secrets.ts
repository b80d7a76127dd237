import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { failure } from "./failure.ts";
import { readJsonObject, writePrivate } from "./private-file.ts";

/** The Worker's secrets of one data folder, by the names of its variables. */
export type Secrets = { ADMIN_TOKEN: string; SEALING_KEYS: string; ID_CHECK_SECRET: string };

const keyBytes = 32;

/**
 * Reads the secrets kept at `path` (mode 600); what is not there yet is made and kept. A file that
 * cannot be read is a failure: with new secrets, nothing sealed before could be opened again.
 */
export function loadSecrets(path: string): Secrets {
  const kept = readJsonObject(path) ?? {};
  if (existsSync(path) && Object.keys(kept).length === 0) {
    throw failure(`${path} is damaged. Start empty: npm start -- --fresh`);
  }
  const secrets = {
    ADMIN_TOKEN: text(kept.ADMIN_TOKEN) ?? randomBytes(keyBytes).toString("hex"),
    SEALING_KEYS: text(kept.SEALING_KEYS) ?? `k1:${randomBytes(keyBytes).toString("base64")}`,
    ID_CHECK_SECRET: text(kept.ID_CHECK_SECRET) ?? randomBytes(keyBytes).toString("base64"),
  };
  writePrivate(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
