// `npm run store -- migrate | backup <file> | restore <file>`: what an operator does to the
// control-plane store at STORE_URL (from the environment, else .production.vars).

import { join } from "node:path";
import { readValues } from "./deploy/values.ts";
import { explain, failure } from "./failure.ts";
import { migrate } from "./migrate.ts";
import { backUp, restore } from "./store-backup.ts";

const usage = `npm run store -- <command>

  migrate           brings the store up to the newest migration
  backup <file>     writes all of it into a new file, gzipped; secrets in it stay sealed
  restore <file>    puts a backup into a store that is migrated and empty

The store is STORE_URL's, from the environment or from .production.vars.`;

function storeUrl(): string {
  const name = ".production.vars";
  const url =
    process.env.STORE_URL ??
    readValues(join(import.meta.dirname, "..", name), name).secrets.STORE_URL;
  if (url === undefined) throw failure(`No store: set STORE_URL, or fill it in in ${name}`);
  return url;
}

function tell(did: string, counts: ReadonlyMap<string, number>): void {
  const rows = [...counts.values()].reduce((sum, each) => sum + each, 0);
  console.log(`${did}: ${rows} rows of ${counts.size} tables`);
}

const [command, path] = process.argv.slice(2);
try {
  if (command === "migrate") {
    await migrate(storeUrl());
    console.log("The store has every migration.");
  } else if (command === "backup" && path !== undefined) {
    tell(`Backed up into ${path}`, await backUp(storeUrl(), path));
  } else if (command === "restore" && path !== undefined) {
    tell(`Restored from ${path}`, await restore(storeUrl(), path));
  } else {
    console.log(usage);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
