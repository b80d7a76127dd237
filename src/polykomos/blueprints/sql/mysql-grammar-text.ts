import type { Token } from "./mysql-lexer.ts";
import { hasWords, isName, withoutIfExists } from "./mysql-tokens.ts";

/**
 * A statement as the grammar can read it: without comments, and with what the grammar does not know
 * left out or put as what is read the same way. Line breaks stay, so that an error's line is right.
 */
export function grammarText(statement: readonly Token[], text: string): string {
  const tokens = withoutUnknown(statement);
  const isTable = /^(CREATE|ALTER)$/.test(tokens[0]?.text ?? "") && hasWords(tokens, "TABLE");
  let out = "";
  let last = tokens[0]?.start ?? 0;
  for (const [at, token] of tokens.entries()) {
    const gap = text.slice(last, token.start);
    out += gap === "" ? "" : gap.replaceAll(/[^\n]/g, "") || " ";
    // Two of them begin a comment to the grammar, and to MySQL only before a space.
    if (token.text === "-" && out.endsWith("-")) out += " ";
    const type = isTable && isType(tokens, at) ? knownTypes[token.text] : undefined;
    out += type ?? text.slice(token.start, token.end);
    last = token.end;
  }
  return out;
}

/** Leaves out MariaDB's IF EXISTS, the PRECISION of DOUBLE, and the last word of a DROP. */
function withoutUnknown(statement: readonly Token[]): readonly Token[] {
  const [first, second, third] = statement.map(({ text }) => text);
  const isKnown = first !== "ALTER" && second !== "INDEX" && third !== "INDEX";
  const tokens = isKnown ? statement : withoutIfExists(statement);
  const isDropEnd = ({ text }: Token) => first === "DROP" && /^(CASCADE|RESTRICT)$/.test(text);
  return tokens.filter((token, at) => {
    if (token.text === "PRECISION") return tokens[at - 1]?.text !== "DOUBLE";
    return !(at === tokens.length - 1 && isDropEnd(token));
  });
}

const knownTypes: Record<string, string> = {
  NVARCHAR: "VARCHAR",
  NCHAR: "CHAR",
  SERIAL: "BIGINT",
  REAL: "DOUBLE",
  UUID: "CHAR",
  INET6: "CHAR",
  INET4: "CHAR",
};

/** Words that a name stands behind, and never a type. */
const beforeName =
  /^(ADD|AFTER|AND|AS|BY|CHANGE|COLUMN|CONSTRAINT|DEFAULT|DISTINCT|DROP|EXISTS|FROM|FULLTEXT|INDEX|KEY|LIKE|MODIFY|NOT|ON|OR|REFERENCES|RENAME|SELECT|SET|SPATIAL|TABLE|TO|UNIQUE|WHERE)$/;

/** Whether a word is the type of a column: it stands behind the column's name. */
function isType(tokens: readonly Token[], at: number): boolean {
  const [token, before, further, furthest] = [at, at - 1, at - 2, at - 3].map((i) => tokens[i]);
  if (token?.kind !== "word" || !Object.hasOwn(knownTypes, token.text)) return false;
  if (!isName(before) || (before.kind === "word" && beforeName.test(before.text))) return false;
  // CHANGE has two names, and the type behind the second.
  const isNewName =
    further?.text === "CHANGE" || (further?.text === "COLUMN" && furthest?.text === "CHANGE");
  return !isNewName;
}
