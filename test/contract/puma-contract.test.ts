import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { pumaDeclarations } from "../../src/puma/api.ts";
import { pumaCodes } from "../../src/puma/rules/code.ts";
import {
  newAccount,
  type PumaAnswer,
  requestToken,
  seenAnswers,
  send,
} from "../support/puma-client.ts";
import { type PumaWorker, startPumaWorker } from "../support/puma-worker.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const contract: Json = JSON.parse(
  readFileSync(join(import.meta.dirname, "pumadb.openapi.json"), "utf8"),
);

let worker: PumaWorker;
let ours: Json;
beforeAll(async () => {
  worker = await startPumaWorker();
  const plain = await startPumaWorker({
    vars: { PUMA_READS_PER_MINUTE: "60", PUMA_WRITES_PER_MINUTE: "30" },
  });
  ours = (await send(plain, "GET", "/openapi.json")).body;
  await plain.stop();
});
afterAll(() => worker.stop());

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a published document may say in another way than the contract. */
const freeNames = new Set(["description", "servers", "info"]);

function listKey(value: Json): string {
  if (isObject(value) && typeof value.name === "string") return `${String(value.in)} ${value.name}`;
  return JSON.stringify(value);
}

/** Everything in `wanted` that `given` lacks or says otherwise; arrays as sets. */
function missing(wanted: Json, given: Json | undefined, path: string): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(given)) return [`${path}: no list`];
    if (/oneOf|allOf|anyOf/.test(path.split("/").at(-1) ?? "")) {
      return wanted.flatMap((each, index) => missing(each, given[index], `${path}/${index}`));
    }
    return wanted.flatMap((each) => {
      const found = given.find((other) => listKey(other) === listKey(each));
      return found === undefined
        ? [`${path}: no ${listKey(each)}`]
        : missing(each, found, `${path}/${listKey(each)}`);
    });
  }
  if (isObject(wanted)) {
    if (!isObject(given)) return [`${path}: no object`];
    return Object.entries(wanted).flatMap(([name, member]) => {
      if (freeNames.has(name)) return [];
      return missing(member, given[name], `${path}/${name}`);
    });
  }
  // `{}` and `true` are the same schema: anything.
  if (wanted === true && isObject(given) && Object.keys(given).length === 0) return [];
  return wanted === given
    ? []
    : [`${path}: ${JSON.stringify(given)}, not ${JSON.stringify(wanted)}`];
}

/** Path parameters stand at the path in the contract, at each operation in ours. */
function withParametersInPlace(document: Json): Json {
  if (!isObject(document) || !isObject(document.paths)) return document;
  const paths = Object.entries(document.paths).map(([path, item]) => {
    if (!isObject(item)) return [path, item];
    const { parameters = [], ...operations } = item;
    const entries = Object.entries(operations).map(([method, operation]) => {
      if (!isObject(operation)) return [method, operation];
      const own = Array.isArray(operation.parameters) ? operation.parameters : [];
      const all = [...(Array.isArray(parameters) ? parameters : []), ...own];
      return [method, all.length === 0 ? operation : { ...operation, parameters: all }];
    });
    return [path, Object.fromEntries(entries)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

describe("the published document", () => {
  test("contains everything of the contract", () => {
    expect(missing(withParametersInPlace(contract), ours, "")).toEqual([]);
  });

  test("is OpenAPI 3.1 and lists every error code", () => {
    expect(ours).toMatchObject({ openapi: "3.1.0" });
    const text = JSON.stringify(ours);
    for (const code of Object.keys(pumaCodes)) expect(text).toContain(`\`${code}\``);
  });

  test("tells the limits that are in force", async () => {
    const other = await startPumaWorker({
      vars: { PUMA_TABLES_MAX: "3", PUMA_ROW_BYTES_MAX: "100" },
    });
    const { body } = await send(other, "GET", "/openapi.json");
    expect(body["x-pumadb-limits"]).toMatchObject({
      maxTables: 3,
      maxRowBytes: 100,
      maxRowsPerTable: 1000,
    });
    const account = await newAccount(other);
    expect((await account.post("/v1/notes", { v: "x".repeat(92) })).status).toBe(201);
    expect((await account.post("/v1/notes", { v: "x".repeat(93) })).status).toBe(413);
    await other.stop();
  });
});

describe("every answer", () => {
  function declarationOf({ method, path }: PumaAnswer) {
    const [, ...segments] = (path.split("?")[0] ?? "").split("/");
    const fitting = pumaDeclarations.filter((each) => {
      const own = each.path.split("/").slice(1);
      const fits =
        own.length === segments.length &&
        own.every((part, at) => part.startsWith("{") || part === segments[at]);
      return fits && each.method.toUpperCase() === method;
    });
    return fitting.sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
  }

  /** Whether the answer has no member that the schema does not know. */
  function strictly(schema: z.ZodType, body: unknown): void {
    const parsed = schema.parse(body);
    expect(parsed).toEqual(body);
  }

  test("has a declared status and the declared shape, of every operation", async () => {
    const account = await newAccount(worker);
    const { id } = await account.add("notes", { k: 1 });
    await account.post("/v1/notes", { k: 2 }, { "idempotency-key": "x" });
    await account.get("/v1/notes");
    await account.get("/v1/notes/count");
    await account.post("/v1/notes/upsert", { key: "k", row: { k: 1, a: [1] } });
    await account.post("/v1/notes/update_row", { id, patch: { b: 1 } });
    await account.post("/v1/notes/update_where", { filter: { b: 1 }, patch: { c: 1 } });
    await account.get(`/v1/notes/versions?id=${id}`);
    await account.post("/v1/notes/restore", { id, version: 1 });
    await account.post("/v1/notes/batch", {
      operations: [
        { action: "add", row: {} },
        { action: "delete", filter: { k: 2 } },
      ],
    });
    await account.post("/v1/notes/update_row", { id, patch: { text: "a text" } });
    const link = await account.post("/v1/_row_links", { table: "notes", id });
    await account.post("/v1/_text_field_links", { table: "notes", id, field: "text" });
    await account.post("/v1/_query_links", { table: "notes", filter: { k: 1 }, sort: "k" });
    await account.post("/v1/_query_links", { table: "notes" });
    await account.delete(`/v1/_links/${link.body.viewer_url.split("/").at(-1)}`);
    await account.get("/v1/_tables");
    await account.get("/v1/_export");
    const made = await account.post("/v1/_keys", { name: "ci" });
    await account.get("/v1/_keys");
    await account.delete(`/v1/_keys/${made.body.id}`);
    await account.delete("/v1/notes", { filter: { k: 1 } });
    for (const path of [
      "/v1/notes",
      "/v1/notes/batch",
      "/v1/notes/upsert",
      "/v1/_keys",
      "/v1/notes/restore",
      "/v1/_row_links",
      "/v1/_text_field_links",
      "/v1/_query_links",
    ]) {
      await account.post(path, "{");
      await account.post(path, {}, { "content-type": "text/plain" });
      await send(worker, "POST", path, { body: {} });
      await send(worker, "PUT", path, { body: {} });
    }
    await account.get("/v1/notes?limit=0");
    await account.post("/v1/notes/update_row", { id: "x", patch: {} });
    await account.post("/v1/notes/restore", { id: "x", version: 1 });
    const token = await requestToken(worker, "somebody@example.com");
    await send(worker, "POST", "/auth/verify", { body: { token } });
    await send(worker, "POST", "/auth/verify", { body: { token } });
    await send(worker, "POST", "/auth/verify", { body: {} });
    await send(worker, "POST", "/auth/magic-link", { body: { email: 1 } });

    const met = new Set<string>();
    for (const answer of seenAnswers) {
      const declaration = declarationOf(answer);
      if (!declaration) continue;
      const declared = declaration.answers[answer.status];
      expect([answer.method, answer.path, answer.status, declared !== undefined]).toEqual([
        answer.method,
        answer.path,
        answer.status,
        true,
      ]);
      expect(answer.headers.get("content-type")).toBe("application/json");
      if (declared?.schema) strictly(declared.schema, answer.body);
      if (answer.status < 300) met.add(declaration.operationId);
    }
    expect([...met].sort()).toEqual(pumaDeclarations.map(({ operationId }) => operationId).sort());
  });
});
