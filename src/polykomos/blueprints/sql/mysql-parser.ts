/**
 * A MySQL grammar (node-sql-parser) behind our own lexer: the lexer decides where statements and
 * tokens begin and end, the grammar whether a statement is one.
 */
export type MysqlGrammar = {
  /** The tree of one statement; or why it cannot be read, `at` counted in characters from 0. */
  parse(statement: string): { tree: unknown } | { problem: string; at: number };
};

type ParserModule = {
  Parser: new () => { astify(sql: string, options: { database: string }): unknown };
};

type GrammarError = { location?: { start?: { offset?: number } }; found?: string | null };

let shared: MysqlGrammar | null = null;

/** The grammar, loaded at its first use. */
export async function loadMysqlGrammar(): Promise<MysqlGrammar> {
  // Not the promise is kept: a request may not wait on what another one began.
  shared ??= await load();
  return shared;
}

async function load(): Promise<MysqlGrammar> {
  const { Parser }: ParserModule = await import("node-sql-parser/build/mysql.js");
  const parser = new Parser();
  return {
    parse(statement) {
      try {
        return { tree: parser.astify(statement, { database: "mysql" }) };
      } catch (error) {
        if (error instanceof RangeError) return { problem: "it is nested too deeply", at: 0 };
        const { location, found } = error as GrammarError;
        const at = location?.start?.offset ?? 0;
        const near = statement.slice(at, at + 30).split("\n")[0] ?? "";
        const what = found === null || near === "" ? "at the end" : `at or near "${near}"`;
        return { problem: `syntax error ${what}`, at };
      }
    },
  };
}
