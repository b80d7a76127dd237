import * as z from "zod";
import type { Answer, OperationDeclaration } from "./declare.ts";

/**
 * Builds an OpenAPI document from declarations. Schemas become JSON Schema through zod itself;
 * those with an id (`.meta({ id })`) are hoisted into `components.schemas`.
 */
export type DocumentHead = {
  openapi: "3.0.3" | "3.1.0";
  info: { title: string; version: string; description?: string };
  servers: { url: string }[];
  tags?: { name: string; description?: string }[];
  securityScheme: { name: string; bearerFormat: string };
  /** The path below which all operations stand, for example `/api/v1`. */
  basePath: string;
  /** Headers of every answer to a request with a key. */
  commonHeaders?: Answer["headers"];
  /** Components besides the hoisted schemas: named schemas, parameters and responses. */
  named?: {
    schemas?: Record<string, z.ZodType>;
    parameters?: JsonObject;
    responses?: Record<string, Answer>;
  };
  /** Description of the `Idempotency-Key` header and its JSON Schema. */
  idempotencyKey: { description: string; schema: Record<string, unknown> };
  extensions?: Record<string, unknown>;
};

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Points `#/definitions/X` and `#/$defs/X` at `#/components/schemas/X`, all the way down. */
function rewriteRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewriteRefs);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === "$ref" && typeof member === "string"
        ? member.replace(/^#\/(?:definitions|\$defs)\//, "#/components/schemas/")
        : rewriteRefs(member),
    ]),
  );
}

/** Formats that say all that zod's own pattern for them says. */
const speakingFormats = new Set<unknown>(["uuid", "date-time"]);

/**
 * `.meta({ override })` replaces what a schema is written as: a number read from a query string is
 * a string to zod and an integer to the reader of the document. What zod adds of its own (patterns
 * of formats, the bounds of safe integers) is left out; an answer may gain fields, so is not closed.
 */
function writeFor(io: "input" | "output") {
  return ({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void => {
    const instead = jsonSchema.override;
    if (isObject(instead)) {
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, instead);
    }
    if (speakingFormats.has(jsonSchema.format)) delete jsonSchema.pattern;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (io === "output" && jsonSchema.additionalProperties === false) {
      delete jsonSchema.additionalProperties;
    }
  };
}

/** A schema as one JSON Schema of its own (draft 2020-12), written as in the documents. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...own } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
    override: writeFor(io),
  });
  return own;
}

type SchemaWriter = (schema: z.ZodType, io: "input" | "output") => JsonObject;

function schemaWriter(openapi: DocumentHead["openapi"], components: JsonObject): SchemaWriter {
  const target = openapi === "3.0.3" ? "openapi-3.0" : "draft-2020-12";
  return (schema, io) => {
    const written = z.toJSONSchema(schema, {
      target,
      io,
      unrepresentable: "any",
      override: writeFor(io),
    });
    const { $schema: _, definitions, $defs, ...own } = written as JsonObject;
    for (const found of [definitions, $defs]) {
      if (!isObject(found)) continue;
      for (const [id, definition] of Object.entries(found))
        components[id] = rewriteRefs(definition);
    }
    const rewritten = rewriteRefs(own);
    return isObject(rewritten) ? rewritten : {};
  };
}

function parametersOf(
  place: "path" | "query",
  schema: z.ZodObject | undefined,
  write: SchemaWriter,
): JsonObject[] {
  if (!schema) return [];
  const { properties, required } = write(schema, "input");
  const names = Array.isArray(required) ? required : [];
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
    const { description, ...rest } = isObject(property) ? property : {};
    return {
      in: place,
      name,
      required: place === "path" || names.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function answerObject(answer: Answer, common: Answer["headers"], write: SchemaWriter): JsonObject {
  const headers = { ...common, ...answer.headers };
  const named = Object.entries(headers).map(([name, { description, type }]) => [
    name,
    { description, schema: { type } },
  ]);
  return {
    description: answer.description,
    ...(named.length > 0 ? { headers: Object.fromEntries(named) } : {}),
    ...(answer.schema
      ? {
          content: {
            "application/json": { schema: write(answer.schema, "output") },
            ...(answer.problem
              ? { "application/problem+json": { schema: write(answer.problem, "output") } }
              : {}),
          },
        }
      : {}),
  };
}

function operationObject(
  declaration: OperationDeclaration,
  head: DocumentHead,
  write: SchemaWriter,
): JsonObject {
  const parameters = [
    ...parametersOf("path", declaration.params, write),
    ...parametersOf("query", declaration.query, write),
  ];
  if (declaration.idempotency) {
    parameters.push({
      in: "header",
      name: "Idempotency-Key",
      required: declaration.idempotency === "required",
      ...head.idempotencyKey,
    });
  }
  const isPublic = declaration.access === "public";
  const common = isPublic ? {} : head.commonHeaders;
  return {
    operationId: declaration.operationId,
    tags: [declaration.tag],
    summary: declaration.summary,
    ...(declaration.description ? { description: declaration.description } : {}),
    ...(isPublic ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(declaration.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: write(declaration.body, "input") } },
          },
        }
      : {}),
    responses: Object.fromEntries(
      Object.entries(declaration.answers).map(([status, answer]) => [
        status,
        answerObject(answer, common, write),
      ]),
    ),
  };
}

/** The whole document, as a JSON value. */
export function openApiDocument(
  head: DocumentHead,
  declarations: readonly OperationDeclaration[],
): JsonObject {
  const components: JsonObject = {};
  const write = schemaWriter(head.openapi, components);
  const paths: Record<string, JsonObject> = {};
  for (const declaration of declarations) {
    const path = head.basePath + declaration.path;
    paths[path] ??= {};
    paths[path][declaration.method] = operationObject(declaration, head, write);
  }
  const { name, bearerFormat } = head.securityScheme;
  const { schemas = {}, parameters, responses } = head.named ?? {};
  for (const [id, schema] of Object.entries(schemas)) components[id] = write(schema, "input");
  const namedResponses = Object.entries(responses ?? {}).map(([id, answer]) => [
    id,
    answerObject(answer, head.commonHeaders, write),
  ]);
  return {
    openapi: head.openapi,
    info: head.info,
    servers: head.servers,
    ...(head.tags ? { tags: head.tags } : {}),
    security: [{ [name]: [] }],
    paths,
    components: {
      securitySchemes: { [name]: { type: "http", scheme: "bearer", bearerFormat } },
      schemas: components,
      ...(parameters ? { parameters } : {}),
      ...(responses ? { responses: Object.fromEntries(namedResponses) } : {}),
    },
    ...head.extensions,
  };
}
