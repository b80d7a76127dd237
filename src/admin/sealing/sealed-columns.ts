import { variablesContext } from "../../polykomos/blueprints/applications/run.ts";
import {
  databasePasswordContext,
  serverPasswordContext,
} from "../../polykomos/databases/seal-contexts.ts";
import { readerPasswordContext } from "../../polykomos/queries/reader.ts";
import { signingSecretContext } from "../../polykomos/webhooks/attempt.ts";

/** A column that holds sealed texts. */
export type SealedColumn = {
  table: string;
  column: string;
  key: string;
  keyType: "bigint" | "uuid";
  /** What the context is made of, as SQL on the row `t`. */
  about: string;
  context(about: string): string;
};

/**
 * Every column of the store that holds sealed texts, in the order in which they are sealed anew. A new
 * one must be put here; a test compares the list with the schema.
 */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: "fleet_servers",
    column: "admin_password_sealed",
    key: "id",
    keyType: "bigint",
    about: "t.name",
    context: serverPasswordContext,
  },
  {
    table: "databases",
    column: "password_sealed",
    key: "id",
    keyType: "bigint",
    about: "t.uuid",
    context: databasePasswordContext,
  },
  {
    table: "operations",
    column: "credential_sealed",
    key: "id",
    keyType: "uuid",
    about: "(SELECT d.uuid FROM databases d WHERE d.id = t.database_id)",
    context: databasePasswordContext,
  },
  {
    table: "database_readers",
    column: "password_sealed",
    key: "database_id",
    keyType: "bigint",
    about: "t.database_id",
    context: (databaseId) => readerPasswordContext(Number(databaseId)),
  },
  {
    table: "webhook_endpoints",
    column: "secret_sealed",
    key: "id",
    keyType: "bigint",
    about: "t.uid",
    context: signingSecretContext,
  },
  {
    table: "webhook_endpoints",
    column: "previous_secret_sealed",
    key: "id",
    keyType: "bigint",
    about: "t.uid",
    context: signingSecretContext,
  },
  {
    table: "blueprint_applications",
    column: "variables_sealed",
    key: "id",
    keyType: "bigint",
    about: "t.blueprint_id",
    context: (blueprintId) => variablesContext(Number(blueprintId)),
  },
];

export function nameOf({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

/** A key, of the ring or met in the store, with how many texts it has sealed where. */
export type SealingKey = {
  id: string;
  /** `newest` seals, `older` still opens; what `missing` sealed opens no more. */
  state: "newest" | "older" | "missing";
  places: { name: string; texts: number }[];
};
