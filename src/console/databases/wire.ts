import type { z } from "zod";
import type { DatabaseView } from "../../polykomos/databases/view.ts";
import type { operation } from "../../polykomos/operations/contract.ts";

/** The answers of the API that these pages show. */
export type { DatabaseView };

export type OperationView = z.input<typeof operation>;

export type PlanView = {
  name: string;
  storage_gb_max: number;
  connections_max: number;
  warning_threshold_pct: number;
};

export type TypeView = {
  value: string;
  label: string;
  is_available: boolean;
  regions: { code: string; label: string; is_available: boolean }[];
};

export type HistoryView = {
  database_uuid: string;
  points: { at: string; storage_bytes: number; connections: number }[];
};

export const databasesPath = "/console/databases";

export function databasePath(uuid: string): string {
  return `${databasesPath}/${uuid}`;
}
