import type { Node } from "./postgres-parser.ts";
import type { Inspection } from "./script.ts";

/** What one kind of node does, wherever it stands in a statement. */
type Rule = (node: Node, context: RuleContext) => void;
export type Rules = Record<string, Rule>;

export type RuleContext = {
  found: Inspection;
  /** Tables that the script itself has made. */
  made: Set<string>;
  /** Whether the node is the statement itself. */
  isRoot: boolean;
  /** Takes a PL/pgSQL body apart; null when it cannot be read. */
  bodyOf(body: string): Body | null;
  /** Looks at a statement that this one runs. */
  inspectInner(statement: Node): void;
};

/** A PL/pgSQL body taken apart. */
export type Body = {
  statements: Node[];
  /** Some of what it runs is put together when it runs, or cannot be read. */
  isDynamic: boolean;
  /** It has a COMMIT or a ROLLBACK of its own. */
  endsTransaction: boolean;
};
