import type { Copies, Database, Shown, Tenant } from "./database-model.ts";
import type { Finding } from "./finding.ts";

/** Compares a tenant's databases as they are with what the client was told. Pure. */
export type MadeDatabase = {
  uuid: string;
  /** The name in the store's row of its creation, before any rename. */
  label: string;
  /** Whether its creation was given up, so that a retry could make another. */
  wasGivenUp: boolean;
};

/** What came of logging in with a connection string that was answered. */
export type Login =
  | { outcome: "refused"; why: string }
  | { outcome: "in"; ledger: readonly string[] };

/** `listed` are the live databases of the API, `made` the rows of all that was ever made for it. */
export function auditDatabases(
  tenant: Tenant,
  listed: readonly Shown[],
  made: readonly MadeDatabase[],
): Finding[] {
  const findings: Finding[] = [
    ...repeated(
      tenant,
      "name",
      listed.map(({ name }) => name),
    ),
    ...repeated(
      tenant,
      "uuid",
      listed.map(({ uuid }) => uuid),
    ),
  ];
  const labels = new Set(tenant.databases.map(({ label }) => label));
  for (const { label, uuid } of made) {
    if (labels.has(label)) continue;
    findings.push({ kind: "orphan", what: `${tenant.name}: ${uuid} (${label}) nobody asked for` });
  }
  for (const database of tenant.databases) {
    const rows = made.filter(({ label }) => label === database.label);
    const kept = rows.filter(({ wasGivenUp }) => !wasGivenUp);
    if (kept.length > 1) {
      const what = `${tenant.name}: ${database.label} was made ${kept.length} times`;
      findings.push({ kind: "doubled", what, detail: kept });
    }
    const uuid = database.uuid ?? kept[0]?.uuid;
    findings.push(
      ...auditDatabase(
        tenant,
        database,
        listed.find((each) => each.uuid === uuid),
      ),
    );
  }
  return findings;
}

function repeated(tenant: Tenant, what: string, values: readonly string[]): Finding[] {
  const twice = values.filter((value, index) => values.indexOf(value) !== index);
  return twice.map((value) => ({
    kind: "doubled",
    what: `${tenant.name}: two live databases have the ${what} ${value}`,
  }));
}

function auditDatabase(tenant: Tenant, database: Database, shown: Shown | undefined): Finding[] {
  const name = `${tenant.name} ${database.label}`;
  switch (database.life) {
    case "deleted":
      return shown
        ? [{ kind: "works after its end", what: `${name} was deleted and is listed` }]
        : [];
    case "maybe":
    case "maybe deleted":
      return shown ? auditShown(name, database, shown) : [];
    case "making":
    case "live":
      if (shown) return auditShown(name, database, shown);
      return [{ kind: "lost database", what: `${name} was acknowledged and is not listed` }];
  }
}

function auditShown(name: string, database: Database, shown: Shown): Finding[] {
  const findings: Finding[] = [];
  const wrong = (what: string) => findings.push({ kind: "wrong state", what: `${name} ${what}` });
  if (shown.status !== "active") wrong(`is ${shown.status}`);
  if (shown.db_type !== database.engine) wrong(`is on ${shown.db_type}`);
  if (!database.names.includes(shown.name)) {
    wrong(`is called ${shown.name}, acknowledged: ${database.names.join(" or ")}`);
  }
  const limit = shown.quotas.connection_hard_limit;
  if (!database.limits.includes(limit)) {
    wrong(`allows ${limit} connections, acknowledged: ${database.limits.join(" or ")}`);
  }
  return findings;
}

const rightCopies: Record<Copies, readonly number[]> = {
  once: [1],
  "at most once": [0, 1],
  never: [0],
};

/** What a login with the current connection string of a live database must find. */
export function auditLogin(tenant: Tenant, database: Database, login: Login): Finding[] {
  const name = `${tenant.name} ${database.label}`;
  if (login.outcome === "refused") {
    return [{ kind: "lost database", what: `${name} does not let in: ${login.why}` }];
  }
  const findings: Finding[] = [];
  for (const [entry, copies] of database.ledger) {
    const there = login.ledger.filter((each) => each === entry).length;
    if (rightCopies[copies].includes(there)) continue;
    findings.push({
      kind: there === 0 ? "lost write" : "doubled",
      what: `${name} has ${entry} ${there} times, and must ${copies}`,
    });
  }
  for (const entry of new Set(login.ledger)) {
    if (database.ledger.has(entry)) continue;
    findings.push({ kind: "unknown row", what: `${name} has ${entry}, never written` });
  }
  return findings;
}

/** What a login with a connection string that has ended must find. */
export function auditEnded(tenant: Tenant, database: Database, login: Login): Finding[] {
  if (login.outcome === "refused") return [];
  const what = `${tenant.name} ${database.label} lets in with a login that has ended`;
  return [{ kind: "works after its end", what }];
}
