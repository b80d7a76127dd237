import {
  mysqlIdentifier,
  mysqlText,
  postgresIdentifier,
  postgresLiteral,
} from "../../../fleet/identifiers.ts";
import { compilePattern } from "./pattern.ts";
import type { EngineName } from "./script.ts";
import type { Placeholder } from "./template.ts";

/**
 * The variables of a blueprint: what their declarations say, whether values are as declared, and how
 * a value is written in SQL. A value is always one literal or one quoted name, never anything else.
 */
export const variableTypes = [
  "string",
  "integer",
  "number",
  "boolean",
  "date",
  "datetime",
  "uuid",
  "json",
] as const;

export type VariableType = (typeof variableTypes)[number];

export type Declaration = {
  type?: VariableType | undefined;
  /** Left out: required when there is no default. */
  required?: boolean | undefined;
  default?: unknown;
  description?: string | null | undefined;
  /** A regular expression that a text must match somewhere; `^` and `$` hold it to the whole. */
  pattern?: string | undefined;
  enum?: readonly unknown[] | undefined;
};

export type Declarations = Record<string, Declaration>;
export type Values = Record<string, unknown>;
export type VariableProblem = { name: string; message: string };

const textCharsMax = 65_536;
const patternTextCharsMax = 10_000;

function typeOf(declaration: Declaration): VariableType {
  return declaration.type ?? "string";
}

function isDate(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(value) && new Date(time || 0).toISOString().startsWith(value);
}

/** RFC 3339 with a space for the `T` and without a zone as well. */
const dateTime =
  /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$/;

const mustBe: Record<VariableType, { isIt: (value: unknown) => boolean; what: string }> = {
  string: {
    isIt: isReadableText,
    what: `a text of at most ${textCharsMax} characters without NUL`,
  },
  integer: { isIt: Number.isSafeInteger, what: "a whole number" },
  number: { isIt: Number.isFinite, what: "a number" },
  boolean: { isIt: (value) => typeof value === "boolean", what: "true or false" },
  date: { isIt: (value) => typeof value === "string" && isDate(value), what: "a date, YYYY-MM-DD" },
  datetime: {
    isIt: (value) => typeof value === "string" && isDate(dateTime.exec(value)?.[1] ?? ""),
    what: "a time, YYYY-MM-DDThh:mm:ssZ",
  },
  uuid: {
    isIt: (value) =>
      typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value),
    what: "a UUID",
  },
  json: {
    isIt: (value) => value !== undefined && isReadableJson(JSON.stringify(value)),
    what: "JSON without NUL or lone surrogates",
  },
};

/** Whether a text can stand in a database: no NUL, no lone surrogates, and not endless. */
function isReadableText(value: unknown): boolean {
  return (
    typeof value === "string" &&
    value.length <= textCharsMax &&
    !value.includes("\0") &&
    value.isWellFormed()
  );
}

/** JSON.stringify writes NUL and lone surrogates, and only them, as these escapes. */
const unreadableEscape = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

function isReadableJson(text: string): boolean {
  return isReadableText(text) && !unreadableEscape.test(text);
}

/** What is wrong with one value by its declaration; null: nothing. */
function problemOf(name: string, declaration: Declaration, value: unknown): string | null {
  const type = typeOf(declaration);
  const { isIt, what } = mustBe[type];
  if (!isIt(value)) return `${name} must be ${what}`;
  if (declaration.enum && !declaration.enum.some((each) => isSame(each, value))) {
    return `${name} must be one of ${declaration.enum.map((each) => JSON.stringify(each)).join(", ")}`;
  }
  if (declaration.pattern !== undefined) {
    const isTooLong = typeof value !== "string" || value.length > patternTextCharsMax;
    const pattern = compilePattern(declaration.pattern);
    if (isTooLong || !pattern.ok || !pattern.matches(value)) {
      return `${name} must match ${declaration.pattern}`;
    }
  }
  return null;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** What is wrong with declarations themselves. */
export function checkDeclarations(declarations: Declarations): VariableProblem[] {
  return Object.entries(declarations).flatMap(([name, declaration]): VariableProblem[] => {
    const { pattern, enum: allowed, default: byDefault } = declaration;
    const compiled = pattern === undefined ? null : compilePattern(pattern);
    if (compiled && !compiled.ok)
      return [{ name, message: `pattern of ${name}: ${compiled.reason}` }];
    if (compiled && typeOf(declaration) !== "string") {
      return [{ name, message: `${name}: only a string may have a pattern` }];
    }
    const plain = { ...declaration, enum: undefined, pattern: undefined };
    const wrong = allowed
      ?.map((each) => problemOf(name, plain, each))
      .find((each) => each !== null);
    if (wrong) return [{ name, message: `enum of ${name}: ${wrong}` }];
    if (byDefault === undefined || byDefault === null) return [];
    const message = problemOf(name, declaration, byDefault);
    return message ? [{ name, message: `default of ${name}: ${message}` }] : [];
  });
}

/** Values as they will be written, defaults filled in; or everything wrong with those given. */
export function resolveValues(
  declarations: Declarations,
  given: Values,
): { ok: true; values: Values } | { ok: false; problems: VariableProblem[] } {
  const problems: VariableProblem[] = [];
  // No prototype: a variable may be called constructor.
  const values: Values = Object.create(null);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declarations, name)) {
      problems.push({ name: name.slice(0, 100), message: `${name.slice(0, 100)} is not declared` });
    }
  }
  for (const [name, declaration] of Object.entries(declarations)) {
    const sent = Object.hasOwn(given, name) ? given[name] : undefined;
    const value = sent ?? declaration.default ?? null;
    const isRequired = declaration.required ?? declaration.default === undefined;
    if (value === null) {
      if (isRequired) problems.push({ name, message: `${name} is required` });
      values[name] = null;
      continue;
    }
    const message = problemOf(name, declaration, value);
    if (message) problems.push({ name, message });
    values[name] = value;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values: { ...values } };
}

function quoteName(engine: EngineName, name: string): string {
  return engine === "postgres" ? postgresIdentifier(name) : mysqlIdentifier(name);
}

function quoteText(engine: EngineName, text: string): string {
  return engine === "postgres" ? postgresLiteral(text).trim() : mysqlText(text);
}

/** Whether a value can be a name on the engine: 63 bytes, and nothing that the engine refuses. */
export function isName(engine: EngineName, value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    quoteName(engine, value);
    return Buffer.byteLength(value) <= 63;
  } catch {
    return false;
  }
}

function writeLiteral(engine: EngineName, type: VariableType, value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  switch (type) {
    case "integer":
    case "number": {
      const number = typeof value === "number" ? value : Number.NaN;
      if (!Number.isFinite(number)) throw new Error("Not a number");
      // In parentheses, or the sign would become an operator of what stands before it.
      return number < 0 || Object.is(number, -0) ? `(${number})` : String(number);
    }
    case "boolean":
      return value === true ? "TRUE" : "FALSE";
    case "json":
      return quoteText(engine, JSON.stringify(value));
    case "datetime":
      return quoteText(engine, engine === "mysql" ? mysqlTime(String(value)) : String(value));
    case "string":
    case "date":
    case "uuid":
      return quoteText(engine, String(value));
  }
}

/** MySQL takes no `Z`: UTC without a zone, which is the zone sessions run in. */
function mysqlTime(value: string): string {
  const isZoned = /(Z|[+-]\d\d:\d\d)$/.test(value);
  if (!isZoned) return value.replace("T", " ");
  const fraction = /\.\d+/.exec(value)?.[0] ?? "";
  return new Date(value).toISOString().slice(0, 19).replace("T", " ") + fraction;
}

/** Writes resolved values for an engine. Throws for a placeholder that was not checked before. */
export function valueWriter(
  engine: EngineName,
  declarations: Declarations,
  values: Values,
): (placeholder: Placeholder) => string {
  return ({ name, isIdentifier }) => {
    const declaration = declarations[name];
    if (!declaration) throw new Error(`The variable ${name} is not declared`);
    const value = values[name];
    return isIdentifier
      ? quoteName(engine, String(value))
      : writeLiteral(engine, typeOf(declaration), value);
  };
}

const samples: Record<VariableType, unknown> = {
  string: "x",
  integer: 1,
  number: 1.5,
  boolean: true,
  date: "2001-02-03",
  datetime: "2001-02-03T04:05:06Z",
  uuid: "00000000-0000-4000-8000-000000000000",
  json: {},
};

/** Writes something of the right type for each placeholder; a name stands for itself in braces. */
export function sampleWriter(
  engine: EngineName,
  declarations: Declarations,
): (placeholder: Placeholder) => string {
  return ({ name, isIdentifier }) => {
    const declaration = Object.hasOwn(declarations, name) ? declarations[name] : undefined;
    if (isIdentifier) return quoteName(engine, `{{${name}}}`.slice(0, 63));
    const type = typeOf(declaration ?? {});
    return writeLiteral(engine, type, samples[type]);
  };
}
