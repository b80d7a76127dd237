import {
  destructiveCodes,
  type ErrorCode,
  type Finding,
  onceOnlyCodes,
  type WarningCode,
} from "./findings.ts";
import { createLineCounter } from "./lines.ts";
import { mysqlSpan } from "./mysql-lexer.ts";
import { postgresSpan } from "./postgres-lexer.ts";
import {
  type EngineName,
  findingsMax,
  newReading,
  type ObjectNames,
  type Piece,
  type Reading,
} from "./script.ts";
import {
  type Placeholder,
  plainTemplate,
  readTemplate,
  render,
  type Template,
} from "./template.ts";
import { type Declarations, sampleWriter } from "./variables.ts";

/** The check of a blueprint's text: what it is on each engine, and what is wrong with it. */
type EngineCheck = Omit<Reading, "errors" | "warnings"> & {
  engine: EngineName;
  errors: Finding<ErrorCode>[];
  warnings: Finding<WarningCode>[];
  placeholders: Placeholder[];
};

export type Manifest = {
  /** Those it may be applied on. */
  engines: EngineName[];
  /** How many statements of each kind. */
  statements: Record<string, number>;
  objects: { created: ObjectNames[]; altered: ObjectNames[]; dropped: ObjectNames[] };
  variables: { name: string; used_as: ("value" | "identifier")[] }[];
  /** Applied as a whole or not at all, on every one of the engines. */
  transactional: boolean;
  transactional_engines: EngineName[];
  re_runnable: boolean;
  destructive: boolean;
};

export type ScriptCheck = {
  isValid: boolean;
  statementCount: number;
  errors: string[];
  warnings: string[];
  manifest: Manifest;
  /** By engine, those it may be applied on. */
  pieces: Partial<Record<EngineName, Piece[]>>;
};

/** The lexers by which templates are taken apart. */
export function templateFor(text: string, engine: EngineName): Template {
  return readTemplate(text, engine, engine === "postgres" ? postgresSpan : mysqlSpan);
}

/**
 * Checks a text on the given engines. `declarations` null: nothing is declared yet, and every
 * placeholder is taken for a text.
 */
export async function checkScript(
  text: string,
  engines: readonly EngineName[],
  declarations: Declarations | null,
  /** `plain`: the text is SQL as it is, without placeholders. */
  form: "template" | "plain" = "template",
): Promise<ScriptCheck> {
  const checks: EngineCheck[] = [];
  for (const engine of engines) checks.push(await checkOn(engine, text, declarations, form));
  const fine = checks.filter((check) => check.errors.length === 0);
  return fine.length > 0 ? accepted(fine, checks) : refused(checks);
}

function accepted(fine: readonly EngineCheck[], checks: readonly EngineCheck[]): ScriptCheck {
  const others = checks.filter((check) => !fine.includes(check));
  return {
    isValid: true,
    statementCount: fine[0]?.statementCount ?? 0,
    errors: [],
    warnings: [...told(fine, "warnings"), ...others.map(notSupported)],
    manifest: manifestOf(fine, fine),
    pieces: Object.fromEntries(fine.map((check) => [check.engine, check.pieces])),
  };
}

/** An engine that could read the script knows better what is wrong with it than one that could not. */
function refused(checks: readonly EngineCheck[]): ScriptCheck {
  const readers = checks.filter((check) => !check.errors.some(({ code }) => code === "syntax"));
  const tellers = readers.length > 0 ? readers : checks;
  return {
    isValid: false,
    statementCount: tellers[0]?.statementCount ?? 0,
    errors: told(tellers, "errors"),
    warnings: told(tellers, "warnings"),
    manifest: manifestOf(tellers, []),
    pieces: {},
  };
}

async function checkOn(
  engine: EngineName,
  text: string,
  declarations: Declarations | null,
  form: "template" | "plain",
): Promise<EngineCheck> {
  const unreadable = unreadableCharacter(text);
  if (unreadable) return emptyCheck(engine, [unreadable]);
  const isPlain = form === "plain" || !text.includes("{{");
  const template = isPlain ? plainTemplate(text) : templateFor(text, engine);
  const problems = templateProblems(template, declarations);
  const rendered = render(template, sampleWriter(engine, declarations ?? {}));
  const reading = await readOn(engine, rendered.text);
  const pieces = reading.pieces.map((piece) => ({
    ...piece,
    start: rendered.toTemplate(piece.start),
    end: rendered.toTemplate(piece.end),
  }));
  const errors = [...problems, ...reading.errors];
  if (reading.statementCount === 0 && errors.length === 0) {
    errors.push({ code: "empty_script", line: 1, message: "there is no statement" });
  }
  const placeholders = template.parts.flatMap((part) =>
    part.kind === "placeholder" ? [part.placeholder] : [],
  );
  const warnings = [...quotedWarnings(template, declarations), ...reading.warnings];
  return { ...reading, engine, pieces, errors, warnings, placeholders };
}

/** Each reader brings its grammar, which is only loaded by whoever needs it. */
async function readOn(engine: EngineName, text: string): Promise<Reading> {
  try {
    return engine === "postgres"
      ? await (await import("./postgres-reader.ts")).readPostgres(text)
      : await (await import("./mysql-reader.ts")).readMysql(text);
  } catch (error) {
    // A grammar accepts what is nested deeper than its tree can be walked.
    if (!(error instanceof RangeError)) throw error;
    const message = "it is nested too deeply";
    return { ...newReading(), errors: [{ code: "too_complex", line: 1, message }] };
  }
}

function emptyCheck(engine: EngineName, errors: Finding<ErrorCode>[]): EngineCheck {
  const nothing = { created: [], altered: [], dropped: [], pieces: [], warnings: [] };
  return { ...nothing, engine, errors, statementCount: 0, placeholders: [] };
}

function unreadableCharacter(text: string): Finding<ErrorCode> | null {
  if (!text.includes("\0") && text.isWellFormed()) return null;
  const message = "NUL and lone surrogates cannot stand in a script";
  return { code: "unreadable_character", line: 1, message };
}

function templateProblems(
  template: Template,
  declarations: Declarations | null,
): Finding<ErrorCode>[] {
  const line = createLineCounter(template.text);
  const found: (Finding<ErrorCode> & { at: number })[] = template.malformed.map((each) => ({
    code: "malformed_placeholder",
    line: 0,
    ...each,
  }));
  if (declarations) found.push(...declarationProblems(template, declarations));
  return found
    .sort((a, b) => a.at - b.at)
    .slice(0, findingsMax)
    .map(({ code, at, message }) => ({ code, line: line(at), message }));
}

type Located = Finding<ErrorCode> & { at: number };

function declarationProblems(template: Template, declarations: Declarations): Located[] {
  const found: Located[] = [];
  for (const part of template.parts) {
    if (part.kind !== "placeholder") continue;
    const { name, isIdentifier } = part.placeholder;
    const declaration = Object.hasOwn(declarations, name) ? declarations[name] : undefined;
    const at = part.start;
    if (!declaration) {
      const message = `{{${name}}} is not declared in variables`;
      found.push({ code: "undeclared_variable", line: 0, at, message });
    } else if (isIdentifier && (declaration.type ?? "string") !== "string") {
      const message = `{{${name}:ident}} needs a variable of the type string`;
      found.push({ code: "wrong_placeholder", line: 0, at, message });
    }
  }
  for (const { name, at } of template.quoted) {
    if (!Object.hasOwn(declarations, name)) continue;
    const message = `{{${name}}} stands inside quotes; leave them out, the value is quoted for you`;
    found.push({ code: "variable_in_quotes", line: 0, at, message });
  }
  return found;
}

function quotedWarnings(
  template: Template,
  declarations: Declarations | null,
): Finding<WarningCode>[] {
  const line = createLineCounter(template.text);
  return template.quoted
    .filter(({ name }) => !declarations || !Object.hasOwn(declarations, name))
    .slice(0, findingsMax)
    .map(({ name, at }) => ({
      code: "placeholder_in_quotes",
      line: line(at),
      message: `{{${name}}} inside quotes is text and is not replaced`,
    }));
}

/** Findings as texts, those that two engines share told once. */
function told(checks: readonly EngineCheck[], list: "errors" | "warnings"): string[] {
  const engines = new Map<string, EngineName[]>();
  for (const check of checks) {
    for (const { code, line, message } of check[list]) {
      const text = `${code}: line ${line}: ${message}`;
      const known = engines.get(text) ?? [];
      if (!known.includes(check.engine)) engines.set(text, [...known, check.engine]);
    }
  }
  return [...engines].map(([text, which]) =>
    checks.length > 1 && which.length < checks.length ? `${text} (${which.join(", ")})` : text,
  );
}

function notSupported(check: EngineCheck): string {
  const [first] = check.errors;
  const why = first ? `${first.code}: line ${first.line}: ${first.message}` : "";
  return `engine_not_supported: ${check.engine}: ${why}`;
}

/** The manifest of what the engines found that tell of the script; `fine` are those that take it. */
function manifestOf(tellers: readonly EngineCheck[], fine: readonly EngineCheck[]): Manifest {
  const [first] = tellers;
  const engines = fine.map((check) => check.engine);
  const transactionalEngines = fine.filter(isTransactional).map((check) => check.engine);
  const codes = new Set(tellers.flatMap((check) => check.warnings.map(({ code }) => code)));
  const statements: Record<string, number> = {};
  for (const { kind } of first?.pieces ?? []) statements[kind] = (statements[kind] ?? 0) + 1;
  const inserts = (statements.insert ?? 0) + (statements.select ?? 0);
  return {
    engines,
    statements,
    objects: {
      created: first?.created ?? [],
      altered: first?.altered ?? [],
      dropped: first?.dropped ?? [],
    },
    variables: variablesOf(tellers),
    transactional: engines.length > 0 && transactionalEngines.length === engines.length,
    transactional_engines: transactionalEngines,
    re_runnable: inserts === 0 && !onceOnlyCodes.some((code) => codes.has(code)),
    destructive: destructiveCodes.some((code) => codes.has(code)),
  };
}

/** MySQL commits each statement; only a single one is all or nothing. */
function isTransactional(check: EngineCheck): boolean {
  return check.engine === "postgres" || check.statementCount === 1;
}

function variablesOf(checks: readonly EngineCheck[]): Manifest["variables"] {
  const uses = new Map<string, Set<"value" | "identifier">>();
  for (const { name, isIdentifier } of checks.flatMap((check) => check.placeholders)) {
    const known = uses.get(name) ?? new Set();
    uses.set(name, known.add(isIdentifier ? "identifier" : "value"));
  }
  return [...uses].map(([name, use]) => ({ name, used_as: [...use] }));
}
