import type { Store } from "../../../db/client.ts";
import { canonicalJson } from "../../../lib/canonical-json.ts";
import type { Clock } from "../../../lib/clock.ts";
import { newUuid } from "../../../lib/ids.ts";
import { checkScript } from "../sql/check.ts";
import { engineNames } from "../sql/script.ts";
import type { Declarations } from "../sql/variables.ts";
import { listSystemBlueprints, putSystemBlueprint, type SystemBlueprint } from "../store.ts";
import agentMemory from "./agent-memory.sql";
import auditLog from "./audit-log.sql";
import blog from "./blog.sql";
import seedContacts from "./seed-contacts.sql";
import shop from "./shop.sql";
import toDo from "./to-do.sql";

/** A blueprint that ships with the product: its text is a file, and runs on both engines. */
type SystemSource = {
  slug: string;
  description: string;
  sqlContent: string;
  variables: Declarations | null;
};

/** In the order in which they are made, so the last is the first of a list. */
const systemSources: readonly SystemSource[] = [
  {
    slug: "audit-log",
    description: "A table that remembers who did what to what, and when.",
    sqlContent: auditLog,
    variables: null,
  },
  {
    slug: "agent-memory",
    description: "Memories, conversations and facts of an AI agent.",
    sqlContent: agentMemory,
    variables: {
      agent_name: {
        type: "string",
        default: "assistant",
        description: "The agent whose memory this is.",
        pattern: "^.{1,100}$",
      },
    },
  },
  {
    slug: "shop",
    description: "Products, customers, orders and their items, with a few rows of each.",
    sqlContent: shop,
    variables: {
      currency: {
        type: "string",
        default: "EUR",
        description: "ISO 4217 code of all prices.",
        pattern: "^[A-Z]{3}$",
      },
    },
  },
  {
    slug: "blog",
    description: "Authors, posts, comments and tags, with a first post.",
    sqlContent: blog,
    variables: {
      title: {
        type: "string",
        default: "Hello, world",
        description: "The title of the first post.",
        pattern: "^.{1,200}$",
      },
    },
  },
  {
    slug: "to-do",
    description: "Lists and tasks.",
    sqlContent: toDo,
    variables: {
      list_name: {
        type: "string",
        default: "Inbox",
        description: "The name of the first list.",
        pattern: "^.{1,100}$",
      },
    },
  },
  {
    slug: "seed-contacts",
    description: "A table of contacts with example rows.",
    sqlContent: seedContacts,
    variables: null,
  },
];

/**
 * Makes the function that sees to it that the store has these blueprints at their newest version. It
 * looks once an isolate.
 */
export function systemInstaller(deps: { store: Store; clock: Clock }): () => Promise<void> {
  let isInstalled = false;
  return async () => {
    if (isInstalled) return;
    const present = new Map(
      (await listSystemBlueprints(deps.store)).map((each) => [each.slug, each]),
    );
    for (const source of systemSources) {
      const known = present.get(source.slug);
      if (!known || !isSame(known, source)) await install(deps, source, known?.version ?? 0);
    }
    isInstalled = true;
  };
}

/** The store keeps the members of its JSON in an order of its own. */
function isSame(known: SystemBlueprint, source: SystemSource): boolean {
  return (
    known.sqlContent === source.sqlContent &&
    known.description === source.description &&
    canonicalJson(known.variables) === canonicalJson(source.variables)
  );
}

async function install(
  deps: { store: Store; clock: Clock },
  { slug, description, sqlContent, variables }: SystemSource,
  onVersion: number,
): Promise<void> {
  const check = await checkScript(sqlContent, engineNames, variables ?? {});
  const { manifest, pieces } = check;
  if (manifest.engines.length < engineNames.length) {
    throw new Error(`${slug}: ${check.errors.concat(check.warnings).join("; ")}`);
  }
  await putSystemBlueprint(
    deps.store,
    { uuid: newUuid(), name: slug, slug, description },
    onVersion,
    { sqlContent, variables, manifest, pieces },
    new Date(deps.clock()),
  );
}
