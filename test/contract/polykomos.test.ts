import { isDeepStrictEqual } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, inject, test } from "vitest";
import { contract } from "../support/contract.ts";
import { declared } from "../support/declarations.ts";
import {
  type Document,
  type Operation,
  operationsOf,
  resolve,
  type Schema,
} from "../support/openapi.ts";

/** Operations of the contract that are still to come. The list may only shrink. */
const notBuiltYet: string[] = [];

/** Schemas of the contract that only those operations use. */
const schemasNotBuiltYet: string[] = [];

async function published(): Promise<Document> {
  const answer = await fetch(`${inject("suite").url}/api/openapi-v1.json`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  const document: Document = JSON.parse(await answer.text());
  return document;
}

const ours = await published();
const ourOperations = operationsOf(ours);
const promised = operationsOf(contract);
const built = [...promised].filter(([name]) => !notBuiltYet.includes(name));

/** Keywords that say which values a schema takes, all of which must be the same. */
const limits = [
  "type",
  "nullable",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "default",
  "oneOf",
  "anyOf",
  "allOf",
] as const;

/** `\-` within a class is `-`. */
function plainPattern(pattern: unknown): unknown {
  return typeof pattern === "string" ? pattern.replaceAll("\\-", "-") : pattern;
}

/** Where our schema takes other values than the contract's; what we add must be optional. */
function schemaDifferences(
  ourSchema: Schema,
  theirSchema: Schema,
  side: "request" | "answer",
  at: string,
): string[] {
  const our: Record<string, unknown> & Schema = resolve(ours, ourSchema);
  const their: Record<string, unknown> & Schema = resolve(contract, theirSchema);
  const lines: string[] = [];
  for (const keyword of limits) {
    if (isDeepStrictEqual(our[keyword], their[keyword])) continue;
    lines.push(`${at}: ${keyword} is ${our[keyword]}, not ${their[keyword]}`);
  }
  if (plainPattern(our.pattern) !== plainPattern(their.pattern)) {
    lines.push(`${at}: the pattern is ${our.pattern}, not ${their.pattern}`);
  }
  if (!isDeepStrictEqual([...(our.enum ?? [])].sort(), [...(their.enum ?? [])].sort())) {
    lines.push(`${at}: enum is ${our.enum}, not ${their.enum}`);
  }
  const ourRequired = our.required ?? [];
  const theirRequired = their.required ?? [];
  const dropped = theirRequired.filter((name) => !ourRequired.includes(name));
  const added = side === "request" ? ourRequired.filter((n) => !theirRequired.includes(n)) : [];
  if (dropped.length > 0) lines.push(`${at}: ${dropped} is not required`);
  if (added.length > 0) lines.push(`${at}: ${added} is required`);
  if (their.type === "object" && !their.properties && our.additionalProperties === false) {
    lines.push(`${at}: it must take any property`);
  }
  if (their.items) {
    lines.push(...schemaDifferences(our.items ?? {}, their.items, side, `${at}[]`));
  }
  for (const [name, theirs] of Object.entries(their.properties ?? {})) {
    const property = our.properties?.[name];
    if (!property) lines.push(`${at}.${name} is missing`);
    else lines.push(...schemaDifferences(property, theirs, side, `${at}.${name}`));
  }
  return lines;
}

function parameterDifferences(our: Operation, their: Operation): string[] {
  const ourParameters = (our.parameters ?? []).map((each) => resolve(ours, each));
  const theirParameters = (their.parameters ?? []).map((each) => resolve(contract, each));
  const lines = theirParameters.flatMap((theirs) => {
    const at = `${theirs.in} ${theirs.name}`;
    const same = ourParameters.find((each) => each.in === theirs.in && each.name === theirs.name);
    if (!same) return [`${at} is missing`];
    const required = (same.required ?? false) === (theirs.required ?? false);
    return [
      ...(required ? [] : [`${at}: required is ${same.required}`]),
      ...schemaDifferences(same.schema, theirs.schema, "request", at),
    ];
  });
  const known = new Set(theirParameters.map((each) => each.in + each.name));
  const forced = ourParameters.filter((each) => each.required && !known.has(each.in + each.name));
  return [...lines, ...forced.map((each) => `${each.name} is required and not in the contract`)];
}

function bodyDifferences(our: Operation, their: Operation): string[] {
  if (!their.requestBody) return our.requestBody ? ["a request body is asked for"] : [];
  if (!our.requestBody) return ["the request body is missing"];
  const lines =
    our.requestBody.required === their.requestBody.required ? [] : ["body: required differs"];
  for (const [type, { schema }] of Object.entries(their.requestBody.content)) {
    const same = our.requestBody.content[type]?.schema;
    lines.push(
      ...(same ? schemaDifferences(same, schema, "request", "body") : [`no ${type} body`]),
    );
  }
  return lines;
}

function answerDifferences(our: Operation, their: Operation): string[] {
  return Object.entries(their.responses).flatMap(([status, reference]) => {
    const theirs = resolve(contract, reference);
    const answer = our.responses[status];
    if (!answer) return [`the status ${status} is missing`];
    const same = resolve(ours, answer);
    const headers = Object.entries(theirs.headers ?? {}).flatMap(([name, { schema }]) => {
      const header = same.headers?.[name];
      return header
        ? schemaDifferences(header.schema, schema, "answer", `${status} ${name}`)
        : [`${status}: the header ${name} is missing`];
    });
    const contents = Object.entries(theirs.content ?? {}).flatMap(([type, { schema }]) => {
      const content = same.content?.[type];
      return content
        ? schemaDifferences(content.schema, schema, "answer", status)
        : [`${status}: ${type} is missing`];
    });
    return [...headers, ...contents];
  });
}

test("the published document is correct OpenAPI 3.0", async () => {
  expect(ours.openapi).toBe("3.0.3");
  const checked = await new Validator().validate(JSON.parse(JSON.stringify(ours)));
  expect(checked.errors ?? []).toEqual([]);
  expect(checked.valid).toBe(true);
});

test("the published document is about the same API, with the same security", () => {
  expect(ours.info).toMatchObject(contract.info);
  expect(ours.servers).toEqual(contract.servers);
  expect(ours.security).toEqual(contract.security);
  expect(ours.components.securitySchemes).toMatchObject(contract.components.securitySchemes);
});

test("every operation of the contract is built, or stands in the list of those to come", () => {
  const missing = [...promised.keys()].filter((name) => !ourOperations.has(name));
  expect(missing.sort()).toEqual([...notBuiltYet].sort());
});

test.each(built)("%s keeps the contract", (name, their) => {
  const our = ourOperations.get(name);
  expect(our, name).toBeDefined();
  if (!our) return;
  expect(our.operationId).toBe(their.operationId);
  expect(our.tags).toEqual(their.tags);
  expect(our.security).toEqual(their.security);
  expect([
    ...parameterDifferences(our, their),
    ...bodyDifferences(our, their),
    ...answerDifferences(our, their),
  ]).toEqual([]);
});

const namedSchemas = Object.entries(contract.components.schemas);

test("every named schema of the contract is published, or stands in the list of those to come", () => {
  const missing = namedSchemas.map(([name]) => name).filter((n) => !ours.components.schemas[n]);
  expect(missing.sort()).toEqual([...schemasNotBuiltYet].sort());
});

test.each(namedSchemas.filter(([name]) => !schemasNotBuiltYet.includes(name)))(
  "the schema %s keeps the contract",
  (name, schema) => {
    expect(schemaDifferences(ours.components.schemas[name] ?? {}, schema, "answer", name)).toEqual(
      [],
    );
  },
);

test.each(["parameters", "responses"] as const)("the contract's named %s are published", (kind) => {
  const names = Object.keys(contract.components[kind] ?? {});
  expect(Object.keys(ours.components[kind] ?? {})).toEqual(expect.arrayContaining(names));
  for (const name of names) {
    const lines =
      kind === "parameters"
        ? namedParameterDifferences(name)
        : answerDifferences(asOperation(ours, name), asOperation(contract, name));
    expect(lines, name).toEqual([]);
  }
});

function namedParameterDifferences(name: string): string[] {
  const [our, their] = [ours, contract].map((document) => document.components.parameters?.[name]);
  if (!our || !their) return [`${name} is missing`];
  const base = { operationId: name, responses: {} };
  return parameterDifferences({ ...base, parameters: [our] }, { ...base, parameters: [their] });
}

function asOperation(document: Document, name: string): Operation {
  const response = document.components.responses?.[name];
  return { operationId: name, responses: response ? { "400": response } : {} };
}

test("every operation has a name of its own, a summary, and answers for wrong requests", () => {
  const names = [...ourOperations.values()].map((each) => each.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const [name, operation] of ourOperations) {
    expect(operation, name).toHaveProperty("summary", expect.stringMatching(/\S/));
    for (const status of ["401", "403", "405", "429", "500", "503"]) {
      expect(Object.keys(operation.responses), name).toContain(status);
    }
    for (const [status, reference] of Object.entries(operation.responses)) {
      const response = resolve(ours, reference);
      expect(response.description, `${name} ${status}`).toMatch(/\S/);
      const mustRetry = status === "429" || status === "503";
      if (mustRetry) expect(Object.keys(response.headers ?? {}), name).toContain("Retry-After");
    }
  }
});

test("the document tells of every route of the API and of nothing else", () => {
  const routes = declared.filter((each) => each.api === "polykomos");
  const names = routes.map((each) => `${each.method.toUpperCase()} ${each.path}`);
  expect([...ourOperations.keys()].sort()).toEqual(names.sort());
});
