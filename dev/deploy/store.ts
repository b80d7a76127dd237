import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withPostgres } from "../database-session.ts";
import { lastMigration } from "../migrate.ts";
import { type Finding, good, need, note, open } from "./findings.ts";

/** An entry of drizzle-kit's journal; `when` it was made, in Unix milliseconds. */
type Migration = { tag: string; when: number };

/** What may break a Worker of the version before, or lose data. */
const notAdditive =
  /^\s*(DROP\s+(TABLE|SCHEMA|TYPE|SEQUENCE|FUNCTION)|ALTER\s+TABLE\s.*\b(DROP\s+COLUMN|RENAME|SET\s+DATA\s+TYPE|SET\s+NOT\s+NULL))/i;

/** The migrations that the store at `url` lacks, oldest first. */
async function pendingMigrations(root: string, url: string): Promise<string[]> {
  const journal: { entries: Migration[] } = JSON.parse(
    readFileSync(join(root, "migrations", "meta", "_journal.json"), "utf8"),
  );
  const last = (await withPostgres(url, lastMigration)) ?? 0;
  return journal.entries.filter(({ when }) => when > last).map(({ tag }) => tag);
}

/** The statements of a migration that do more than add. */
export function breakingStatements(text: string): string[] {
  return text
    .split("--> statement-breakpoint")
    .map((each) => each.replace(/^\s*--.*$/gm, "").trim())
    .filter((each) => notAdditive.test(each))
    .map((each) => each.replace(/\s+/g, " ").slice(0, 120));
}

/** Lists the migrations that a deploy would run, and changes nothing; without STORE_URL nobody can tell. */
export async function checkStore(root: string, url: string | undefined): Promise<Finding[]> {
  if (url === undefined) {
    return [open("the store's migrations are not known", "with STORE_URL in the file they are")];
  }
  let pending: string[];
  try {
    pending = await pendingMigrations(root, url);
  } catch (error) {
    const why = error instanceof Error && error.message !== "" ? error.message : "no answer";
    return [need("the store cannot be reached", `${why} (is STORE_URL right?)`)];
  }
  if (pending.length === 0) return [good("the store has every migration")];
  const first = pending[0] ?? "";
  const found = [note(`${pending.length} migrations are to run, from ${first} on`)];
  // In an empty store nothing can be lost or broken.
  if (first.startsWith("0000")) return found;
  for (const tag of pending) {
    const text = readFileSync(join(root, "migrations", `${tag}.sql`), "utf8");
    for (const statement of breakingStatements(text)) {
      found.push(note(`${tag} does more than add`, `read it before you go on: ${statement}`));
    }
  }
  return found;
}
