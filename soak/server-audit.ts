import type { Finding } from "./finding.ts";

/** Compares what stands on a server with the rows, both ways. Pure. */
export type Catalog = { databases: readonly string[]; logins: readonly string[] };

export type StoredDatabase = {
  id: number;
  uuid: string;
  status: string;
  dbName: string;
};

/** `u7`, `u7b` and `q7_ro` are logins of database 7, `_p7` is 7 before it has its name. */
function ownerOf(name: string): number | null {
  const id = /^(?:u(\d+)b?|q(\d+)_ro|_p(\d+))$/.exec(name);
  return id ? Number(id[1] ?? id[2] ?? id[3]) : null;
}

/** `stored` are the rows of the server that are not destroyed. */
export function auditServer(
  server: string,
  catalog: Catalog,
  stored: readonly StoredDatabase[],
): Finding[] {
  const findings: Finding[] = [];
  const ids = new Set(stored.map(({ id }) => id));
  const names = new Set(stored.map(({ dbName }) => dbName));
  for (const name of catalog.databases) {
    const id = ownerOf(name);
    if (names.has(name) || (id !== null && ids.has(id))) continue;
    findings.push({ kind: "orphan", what: `${server}: the database ${name} belongs to no row` });
  }
  for (const name of catalog.logins) {
    const id = ownerOf(name);
    if (id !== null && ids.has(id)) continue;
    findings.push({ kind: "orphan", what: `${server}: the login ${name} belongs to no row` });
  }
  const databases = new Set(catalog.databases);
  const logins = new Set(catalog.logins);
  for (const { id, uuid, status, dbName } of stored) {
    if (status !== "active") continue;
    if (!databases.has(dbName)) {
      findings.push({
        kind: "missing on server",
        what: `${server}: ${uuid} (${dbName}) is not there`,
      });
    }
    if (!logins.has(`u${id}`) && !logins.has(`u${id}b`)) {
      findings.push({ kind: "missing on server", what: `${server}: ${uuid} has no login` });
    }
  }
  return findings;
}
