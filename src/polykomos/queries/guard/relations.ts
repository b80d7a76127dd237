import type { Catalog } from "../catalog/catalog.ts";
import { Refusal, relationsMax } from "./verdict.ts";

/** The tables that a statement may name: those of the catalog, and its own `WITH` names. */
export type Relations = {
  /** Throws when the name is neither in the catalog nor a name of the statement's own. */
  use(schema: string | null, name: string): void;
  /** A name that the statement makes for itself. */
  define(name: string): void;
};

/** Relations of PostgreSQL's own catalogs, which stand before all others in its search path. */
const systemName = /^pg_/i;

export function relationsOf(catalog: Catalog): Relations {
  const known = new Set<string>();
  for (const { schema, name } of catalog.tables) {
    known.add(keyOf(schema, name));
    known.add(keyOf(null, name));
  }
  const own = new Set<string>();
  let used = 0;

  return {
    use(schema, name) {
      used += 1;
      if (used > relationsMax) {
        throw new Refusal("too_complex", `It reads more than ${relationsMax} tables`);
      }
      // A name of the statement's own is not looked up in its scope, so none may hide one of these.
      const isSystem = schema === null && systemName.test(name);
      const isOwn = schema === null && own.has(name.toLowerCase());
      if (isSystem || !(isOwn || known.has(keyOf(schema, name)))) {
        const shown = schema === null ? name : `${schema}.${name}`;
        throw new Refusal("unknown_relation", `The database has no table ${shown}`);
      }
    },
    define(name) {
      own.add(name.toLowerCase());
    },
  };
}

/** Whether case counts in a name is the server's affair: it decides in the end. */
function keyOf(schema: string | null, name: string): string {
  return `${schema?.toLowerCase() ?? ""}\n${name.toLowerCase()}`;
}
