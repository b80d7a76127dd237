import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { OperationDeclaration } from "../../src/http/declare.ts";
import { pumaDeclarations } from "../../src/puma/api.ts";
import type { Account } from "./puma-client.ts";

/**
 * Every operation of pumaDB with correct bodies, so that tests can spoil one thing at a time. The list
 * is the one that the API runs on: a new operation is tried by itself, and must be given a body here.
 */
export type PumaOperation = {
  title: string;
  declaration: OperationDeclaration;
  method: string;
  isPublic: boolean;
  /** Fresh correct bodies, of each form that the operation takes; none for one without a body. */
  bodies(of: { row: string }): Record<string, unknown>[];
};

/** What the correct bodies are about: rows with these ids are made by `newSubject`. */
export const subjectTable = "notes";

const bodies: Record<string, (of: { row: string }) => Record<string, unknown>[]> = {
  requestMagicLink: () => [{ email: `${randomUUID()}@example.com` }],
  verifyMagicLink: () => [{ token: "none" }],
  addRow: () => [{ k: randomUUID() }],
  deleteRows: () => [{ filter: { k: "nobody" } }],
  upsertRow: () => [{ key: "k", row: { k: "upserted" } }],
  batchRows: ({ row }) => [
    { operations: [{ action: "add", row: { k: "batch" }, idempotencyKey: randomUUID() }] },
    { operations: [{ action: "upsert", key: ["k"], row: { k: "upserted" } }] },
    { operations: [{ action: "update_row", id: row, patch: { p: 1 } }] },
    {
      operations: [
        { action: "update_where", filter: { k: "first" }, patch: { p: 1 }, allowMultiple: true },
      ],
    },
    { operations: [{ action: "delete", filter: { k: "nobody" } }] },
  ],
  updateRow: ({ row }) => [{ id: row, patch: { p: 1 } }],
  updateWhere: () => [{ filter: { k: "first" }, patch: { p: 1 }, allowMultiple: true }],
  restoreRow: ({ row }) => [{ id: row, version: 1 }],
  createKey: () => [{ name: "a key" }],
  createTextFieldLink: ({ row }) => [
    {
      table: subjectTable,
      field: "k",
      id: row,
      filename: "a.txt",
      mimeType: "text/plain",
    },
    { table: subjectTable, field: "k", filter: { k: "first" } },
  ],
  createRowLink: ({ row }) => [{ table: subjectTable, id: row, filename: "a.json" }],
  createQueryLink: () => [
    { table: subjectTable, filter: { k: "first" }, sort: "-k", limit: 5, filename: "a.json" },
  ],
};

export const pumaOperations: readonly PumaOperation[] = pumaDeclarations.map((declaration) => {
  const make = bodies[declaration.operationId];
  if (declaration.body && !make) {
    throw new Error(`test/support/puma-operations.ts needs a body of ${declaration.operationId}`);
  }
  return {
    title: `${declaration.method.toUpperCase()} ${declaration.path}`,
    declaration,
    method: declaration.method.toUpperCase(),
    isPublic: declaration.access === "public",
    bodies: make ?? (() => []),
  };
});

/** A path of the operation, on the table of `newSubject` unless told otherwise. */
export function pumaPath(
  { declaration }: PumaOperation,
  parameters: Record<string, string> = {},
): string {
  const all: Record<string, string> = {
    table: subjectTable,
    id: "key_x",
    token: "x",
    ...parameters,
  };
  return declaration.path.replace(/\{(\w+)\}/g, (_, name: string) => all[name] ?? "x");
}

/** The dotted paths of all fields of a body: of each that the schema has and each that it holds. */
export function fieldsOfBody(schema: z.core.$ZodType, body: unknown): string[] {
  const named = new Set<string>();
  const visit = (value: unknown, at: string, depth: number) => {
    if (typeof value !== "object" || value === null || depth > 4) return;
    for (const [name, member] of Object.entries(value)) {
      const path = at === "" ? name : `${at}.${name}`;
      named.add(path);
      visit(member, path, depth + 1);
    }
  };
  visit(body, "", 0);
  if (schema instanceof z.ZodObject) for (const name of Object.keys(schema.shape)) named.add(name);
  return [...named];
}

/** Two rows in the table, the first with an earlier version; its id. */
export async function newSubject(account: Account): Promise<{ row: string }> {
  const { id } = await account.add(subjectTable, { k: "first" });
  await account.add(subjectTable, { k: "second" });
  await account.post(`/v1/${subjectTable}/update_row`, { id, patch: { k: "first" } });
  return { row: id };
}

/** All that an account keeps: rows, versions of the table's rows, keys. */
export async function stateOf(account: Account): Promise<unknown> {
  const [exported, keys] = await Promise.all([
    account.get("/v1/_export"),
    account.get("/v1/_keys"),
  ]);
  const rows: { id: string }[] = exported.body.tables[subjectTable] ?? [];
  const versions = await Promise.all(
    rows.map(({ id }) => account.get(`/v1/${subjectTable}/versions?id=${id}`)),
  );
  return {
    exported: exported.body,
    versions: versions.map(({ body }) => body),
    keys: keys.body.keys.map((key: { id: string; revoked_at: string | null }) => [
      key.id,
      key.revoked_at,
    ]),
  };
}
