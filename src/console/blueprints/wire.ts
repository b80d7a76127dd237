import type { z } from "zod";
import type { blueprintApplication } from "../../polykomos/blueprints/applications/contract.ts";
import type { blueprint } from "../../polykomos/blueprints/contract.ts";
import type { Manifest } from "../../polykomos/blueprints/sql/check.ts";
import type { Declarations } from "../../polykomos/blueprints/sql/variables.ts";
import type { blueprintVersion } from "../../polykomos/blueprints/versions/contract.ts";

/** The answers of the API that these pages show. */
export type BlueprintView = Omit<z.input<typeof blueprint>, "variables" | "metadata"> & {
  variables: Declarations | null;
  metadata: Manifest;
};
export type VersionView = z.input<typeof blueprintVersion>;

export type CheckView = {
  valid: boolean;
  statement_count: number;
  errors: string[];
  warnings: string[];
  manifest: Manifest;
};

export type DiffView = {
  from_version: number;
  to_version: number;
  added_lines: number;
  removed_lines: number;
  diff: string;
  variables: { added: string[]; removed: string[]; changed: string[] };
};

export type LogEntryView = {
  statement: number;
  line: number;
  kind: string;
  target: string | null;
  status: "succeeded" | "failed" | "rolled_back" | "not_rehearsed" | "unknown";
  permanent: boolean;
  rows: number | null;
  duration_ms: number;
  message?: string;
};

export type ApplicationView = Omit<
  z.input<typeof blueprintApplication>,
  "execution_log" | "variable_values"
> & {
  execution_log: LogEntryView[] | null;
  variable_values: Record<string, unknown> | null;
};

export const blueprintsPath = "/console/blueprints";

export function blueprintPath(uuid: string): string {
  return `${blueprintsPath}/${uuid}`;
}

export function applicationPath(id: string | number): string {
  return `${blueprintsPath}/applications/${id}`;
}
