import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { polykomosEndpoints } from "../../src/polykomos/api.ts";
import { statusOfCode } from "../../src/polykomos/dialect.ts";
import { polykomosDocument } from "../../src/polykomos/document.ts";
import { pumaDeclarations } from "../../src/puma/api.ts";
import { pumaDocument } from "../../src/puma/document.ts";
import { readPumaLimits } from "../../src/puma/limits.ts";
import { pumaCodes } from "../../src/puma/rules/code.ts";

/**
 * What the SDK is generated from: the two OpenAPI documents that the Worker serves, here made of the
 * same declarations. A file has the document's types, by openapi-typescript, and what the client
 * needs of it at run time: each operation's method, path, key and cursor.
 */
type JsonObject = Record<string, unknown>;

// The endpoints are listed, never called, so what they would call need not exist.
const noDeps = {} as never;

const polykomos = polykomosDocument(polykomosEndpoints(noDeps).map((each) => each.declaration));
const pumadb = pumaDocument(pumaDeclarations, readPumaLimits({}), "https://pumadb.dev");

/** Every generated file's path below the root, with its text. */
export async function generatedFiles(): Promise<Map<string, string>> {
  return new Map([
    [
      "sdk/src/generated/polykomos.ts",
      await generated("polykomos", polykomos, Object.keys(statusOfCode)),
    ],
    ["sdk/src/generated/pumadb.ts", await generated("pumadb", pumadb, Object.keys(pumaCodes))],
  ]);
}

async function generated(
  api: string,
  document: JsonObject,
  codes: readonly string[],
): Promise<string> {
  const seen = asTheClientSeesIt(document);
  const types = astToString(
    await openapiTS(asDocument(seen), {
      // A field with a default may be left out of a body.
      defaultNonNullable: false,
      emptyObjectsUnknown: true,
    }),
  );
  return [
    "// Made by `npm run sdk:generate` of the API's own OpenAPI document. Do not edit.",
    types.trimEnd(),
    `/** Every code that an error of this API can have. */\nexport type Code = ${union(codes)};`,
    `/** What a client has to know of each operation when it calls it. */\nexport const ${api}Operations = ${entries(document)} as const;`,
    "",
  ].join("\n\n");
}

function union(texts: readonly string[]): string {
  return texts.map((each) => `\n  | ${JSON.stringify(each)}`).join("");
}

/** The package's type of a document has more than can be said of one that zod wrote. */
function asDocument(document: JsonObject): OpenAPI3 {
  return document as unknown as OpenAPI3;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), value);
}

/**
 * The document without what the client never meets (answers' headers, problem+json), with an
 * Idempotency-Key that may be left out, for the client makes one, and with errors of one shape
 * written once.
 */
function asTheClientSeesIt(document: JsonObject): JsonObject {
  const errors = new Map<string, JsonObject>();
  const seen: JsonObject = JSON.parse(JSON.stringify(document), (name, value: unknown) => {
    if (name === "responses" && isObject(value)) return answers(value, errors);
    return isKeyHeader(value) ? { ...value, required: false } : value;
  });
  const components = isObject(seen.components) ? seen.components : {};
  return { ...seen, components: { ...components, responses: Object.fromEntries(errors) } };
}

function answers(responses: JsonObject, errors: Map<string, JsonObject>): JsonObject {
  return Object.fromEntries(
    Object.entries(responses).map(([status, answer]) => {
      const json = at(answer, "content", "application/json");
      const content = json === undefined ? {} : { content: { "application/json": json } };
      const reference = at(json, "schema", "$ref");
      if (Number(status) < 400 || typeof reference !== "string") {
        return [status, { description: at(answer, "description"), ...content }];
      }
      const name = reference.split("/").at(-1) ?? "";
      errors.set(name, { description: "An error; its code says which.", ...content });
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function isKeyHeader(value: unknown): value is JsonObject {
  return isObject(value) && value.in === "header" && value.name === "Idempotency-Key";
}

/** The operations as a literal: method, path, whether it takes a key, which field is the cursor. */
function entries(document: JsonObject): string {
  const { paths } = document;
  if (!isObject(paths)) throw new Error("A document without paths");
  const lines = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).map(([method, operation]) => {
      const cursor = cursorOf(document, operation);
      const facts = [
        `method: ${JSON.stringify(method)}`,
        `path: ${JSON.stringify(path)}`,
        `keyed: ${parametersOf(operation).some(isKeyHeader)}`,
        ...(cursor === null ? [] : [`cursor: ${JSON.stringify(cursor)}`]),
      ];
      return `  ${String(at(operation, "operationId"))}: { ${facts.join(", ")} },`;
    }),
  );
  return `{\n${lines.join("\n")}\n}`;
}

function parametersOf(operation: unknown): readonly unknown[] {
  const parameters = at(operation, "parameters");
  return Array.isArray(parameters) ? parameters : [];
}

/** The field of an item that `starting_after` takes; null for what is not a list of pages. */
function cursorOf(document: JsonObject, operation: unknown): string | null {
  if (!parametersOf(operation).some((each) => at(each, "name") === "starting_after")) return null;
  const page = at(operation, "responses", "200", "content", "application/json", "schema");
  const item = at(page, "properties", "data", "items");
  const reference = at(item, "$ref");
  const schema =
    typeof reference === "string"
      ? at(document, ...reference.replace(/^#\//, "").split("/"))
      : item;
  const cursor = ["uuid", "id", "version"].find(
    (each) => at(schema, "properties", each) !== undefined,
  );
  if (!cursor) throw new Error(`No cursor among the items of ${at(operation, "operationId")}`);
  return cursor;
}
