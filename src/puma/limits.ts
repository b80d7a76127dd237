import * as z from "zod";

/**
 * Every limit of pumaDB, in one place: the Worker publishes them, the account's object enforces
 * them. Two stand in the wire contract and are fixed; the others are variables.
 */
const atLeastOne = z.coerce.number().int().min(1);

/** Most operations in one batch. Fixed by the wire contract. */
export const batchOperationsMax = 100;
/** Most rows in one answer to a query. Fixed by the wire contract. */
export const queryLimitMax = 1_000;
/** Rows in an answer to a query that names no limit. */
export const queryLimitDefault = 100;

/** The variables of src/env.ts that set a limit, with their defaults. */
export const pumaLimitVariables = {
  PUMA_TABLES_MAX: atLeastOne.default(20),
  PUMA_ROWS_PER_TABLE_MAX: atLeastOne.default(1_000),
  /** Bytes of all live rows of an account; earlier versions do not count. */
  PUMA_ACCOUNT_BYTES_MAX: atLeastOne.default(26_214_400),
  /** Bytes of one row: UTF-8 of its JSON without id, created_at and updated_at. */
  PUMA_ROW_BYTES_MAX: atLeastOne.max(1_000_000).default(65_536),
  /** Per key, in windows of 60 seconds. */
  PUMA_READS_PER_MINUTE: atLeastOne.default(60),
  PUMA_WRITES_PER_MINUTE: atLeastOne.default(30),
  PUMA_VERSIONS_PER_ROW: atLeastOne.default(10),
  PUMA_VERSION_DAYS: atLeastOne.default(30),
  /** Keys in force that were made through the API; keys of sign-ins have a cap of the same size. */
  PUMA_KEYS_MAX: atLeastOne.default(50),
};

export type PumaLimits = {
  tablesMax: number;
  rowsPerTableMax: number;
  accountBytesMax: number;
  rowBytesMax: number;
  readsPerMinute: number;
  writesPerMinute: number;
  versionsPerRow: number;
  versionDays: number;
  keysMax: number;
};

const limitsSchema = z.object(pumaLimitVariables);

/** Reads the limits from the Worker's variables. Throws when one is not a whole number from 1. */
export function readPumaLimits(variables: Record<string, unknown>): PumaLimits {
  const read = limitsSchema.parse(variables);
  return {
    tablesMax: read.PUMA_TABLES_MAX,
    rowsPerTableMax: read.PUMA_ROWS_PER_TABLE_MAX,
    accountBytesMax: read.PUMA_ACCOUNT_BYTES_MAX,
    rowBytesMax: read.PUMA_ROW_BYTES_MAX,
    readsPerMinute: read.PUMA_READS_PER_MINUTE,
    writesPerMinute: read.PUMA_WRITES_PER_MINUTE,
    versionsPerRow: read.PUMA_VERSIONS_PER_ROW,
    versionDays: read.PUMA_VERSION_DAYS,
    keysMax: read.PUMA_KEYS_MAX,
  };
}

/** The limits as the published document names them (`x-pumadb-limits`). */
export function publishedLimits(limits: PumaLimits): Record<string, number> {
  return {
    maxTables: limits.tablesMax,
    maxRowsPerTable: limits.rowsPerTableMax,
    maxAccountBytes: limits.accountBytesMax,
    maxRowBytes: limits.rowBytesMax,
    maxBatchOperations: batchOperationsMax,
    readsPerMinute: limits.readsPerMinute,
    writesPerMinute: limits.writesPerMinute,
    maxQueryLimit: queryLimitMax,
    maxVersionsPerRow: limits.versionsPerRow,
    versionRetentionDays: limits.versionDays,
  };
}
