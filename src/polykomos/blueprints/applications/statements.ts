import { checkScript, templateFor } from "../sql/check.ts";
import { unwrapExecutableComments } from "../sql/mysql-lexer.ts";
import type { EngineName, Piece } from "../sql/script.ts";
import { plainTemplate, render, type Template } from "../sql/template.ts";
import {
  type Declarations,
  type Values,
  type VariableProblem,
  valueWriter,
} from "../sql/variables.ts";

/** The statements of an application as they go to the server. */
export type Statement = Piece & { text: string };

/** The script of a blueprint: its text, its variables, and where its statements stand in the text. */
export type Script = {
  sqlContent: string;
  pieces: readonly Piece[];
  variables: Declarations | null;
};

/** A value changed what the statement is: it is not run. */
export class ChangedStatement extends Error {
  readonly statement: number;
  constructor(statement: number) {
    super("the values of its variables would make another statement of it");
    this.statement = statement;
  }
}

/**
 * Writes the values into the statements. Each that has a variable is read by the parser again and
 * must be the one statement, of the kind, that the blueprint's check found there.
 */
export async function writeStatements(
  engine: EngineName,
  { sqlContent, pieces, variables }: Script,
  values: Values,
): Promise<Statement[]> {
  const template = readScript(engine, sqlContent);
  const rendered = render(template, valueWriter(engine, variables ?? {}, values));
  // A comment that the server executes may begin in one statement and end in another; what was
  // checked is the text without the marks, and so it is sent.
  const text = engine === "mysql" ? unwrapExecutableComments(rendered.text).text : rendered.text;
  const hasVariable = placeholderFinder(template);
  const statements: Statement[] = [];
  for (const [index, piece] of pieces.entries()) {
    const own = text.slice(rendered.toText(piece.start), rendered.toText(piece.end));
    if (hasVariable(piece) && !(await isStill(engine, piece, own))) {
      throw new ChangedStatement(index + 1);
    }
    statements.push({ ...piece, text: own });
  }
  return statements;
}

function readScript(engine: EngineName, sqlContent: string): Template {
  return sqlContent.includes("{{") ? templateFor(sqlContent, engine) : plainTemplate(sqlContent);
}

/** Tells of statements, asked for in their order, whether a placeholder stands in them. */
function placeholderFinder({ parts }: Template): (piece: Piece) => boolean {
  const placeholders = parts.filter((part) => part.kind === "placeholder");
  let next = 0;
  return ({ start, end }) => {
    while ((placeholders[next]?.start ?? Number.POSITIVE_INFINITY) < start) next += 1;
    return (placeholders[next]?.start ?? Number.POSITIVE_INFINITY) < end;
  };
}

async function isStill(engine: EngineName, piece: Piece, text: string): Promise<boolean> {
  // Braces in a value are text by now and no placeholders.
  const check = await checkScript(text, [engine], {}, "plain");
  const [only, ...others] = check.pieces[engine] ?? [];
  return check.isValid && others.length === 0 && only?.kind === piece.kind;
}

/** A script with its values is held in memory as a whole, and a value may stand in it many times. */
const writtenCharsMax = 8 * 1_024 * 1_024;

/** Whether the values make the script too long; named is the variable that takes the most of it. */
export function lengthProblem(
  engine: EngineName,
  { sqlContent, variables }: Omit<Script, "pieces">,
  values: Values,
): VariableProblem | null {
  const template = readScript(engine, sqlContent);
  const write = valueWriter(engine, variables ?? {}, values);
  const uses = new Map<string, { name: string; charsEach: number; count: number }>();
  for (const part of template.parts) {
    if (part.kind !== "placeholder") continue;
    const { name, isIdentifier } = part.placeholder;
    const form = `${name}:${isIdentifier}`;
    const known = uses.get(form);
    if (known) known.count += 1;
    else uses.set(form, { name, charsEach: write(part.placeholder).length, count: 1 });
  }
  const all = [...uses.values()].map(({ name, ...of }) => ({
    name,
    chars: of.charsEach * of.count,
  }));
  const chars = all.reduce((sum, each) => sum + each.chars, sqlContent.length);
  const [longest] = all.sort((a, b) => b.chars - a.chars);
  if (chars <= writtenCharsMax || !longest) return null;
  const message = `${longest.name} makes the script too long: with its values it may have ${writtenCharsMax} characters and has ${chars}`;
  return { name: longest.name, message };
}
