import { checkScript, templateFor } from "../sql/check.ts";
import type { EngineName, Piece } from "../sql/script.ts";
import { render, type Template } from "../sql/template.ts";
import { type Declarations, type Values, valueWriter } from "../sql/variables.ts";

/** The statements of an application as they go to the server. */
export type Statement = Piece & { text: string };

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
  source: { sqlContent: string; pieces: readonly Piece[]; variables: Declarations | null },
  values: Values,
): Promise<Statement[]> {
  const { sqlContent, pieces } = source;
  if (!sqlContent.includes("{{")) {
    return pieces.map((piece) => ({ ...piece, text: sqlContent.slice(piece.start, piece.end) }));
  }
  const template = templateFor(sqlContent, engine);
  const write = valueWriter(engine, source.variables ?? {}, values);
  const statements: Statement[] = [];
  for (const [index, piece] of pieces.entries()) {
    const { text } = render(template, write, piece.start, piece.end);
    if (hasPlaceholder(template, piece) && !(await isStill(engine, piece, text))) {
      throw new ChangedStatement(index + 1);
    }
    statements.push({ ...piece, text });
  }
  return statements;
}

function hasPlaceholder(template: Template, piece: Piece): boolean {
  return template.parts.some(
    (part) => part.kind === "placeholder" && part.start >= piece.start && part.end <= piece.end,
  );
}

async function isStill(engine: EngineName, piece: Piece, text: string): Promise<boolean> {
  // Braces in a value are text by now and no placeholders.
  const check = await checkScript(text, [engine], {}, "plain");
  const [only, ...others] = check.pieces[engine] ?? [];
  return check.isValid && others.length === 0 && only?.kind === piece.kind;
}
