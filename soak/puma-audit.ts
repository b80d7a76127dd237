import type { Finding } from "./finding.ts";
import { type Account, damageOf, type Row, type RowState } from "./puma-model.ts";

/** Compares an account as it is with what its client was told. Pure. */
export type ReadRow = Record<string, unknown> & { id: string };
export type ReadVersion = { version: number; row: ReadRow };

/** What pumaDB keeps of a row's earlier versions. */
const versionsKept = 10;

/** `tables` is the export of the account. */
export function auditRows(
  account: Account,
  tables: Readonly<Record<string, readonly ReadRow[]>>,
): Finding[] {
  const findings: Finding[] = [];
  const known = new Set(account.rows.map(({ table, mark }) => `${table}/${mark}`));
  const present = new Map<string, ReadRow[]>();
  for (const [table, rows] of Object.entries(tables)) {
    for (const row of rows) {
      const name = `${table}/${row.mark}`;
      present.set(name, [...(present.get(name) ?? []), row]);
      if (!known.has(name)) {
        findings.push({ kind: "unknown row", what: `${account.name} has ${name}, never written` });
      }
    }
  }
  for (const row of account.rows) {
    findings.push(...auditRow(account, row, present.get(`${row.table}/${row.mark}`) ?? []));
  }
  const marks = new Set([...present.values()].flat().map((row) => row.mark));
  for (const batch of account.halfKnownBatches) {
    const there = batch.filter((mark) => marks.has(mark)).length;
    if (there === 0 || there === batch.length) continue;
    const what = `${account.name}: ${there} of the ${batch.length} rows of one batch are there`;
    findings.push({ kind: "wrong state", what });
  }
  return findings;
}

function auditRow(account: Account, row: Row, found: readonly ReadRow[]): Finding[] {
  const name = `${account.name} ${row.table}/${row.mark}`;
  if (found.length > 1)
    return [{ kind: "doubled", what: `${name} is there ${found.length} times` }];
  const [read] = found;
  const state: RowState = read ? Number(read.n) : "none";
  if (!row.may.includes(state)) {
    const kind = read ? "wrong state" : "lost write";
    const what = `${name} is ${state}, and was acknowledged as ${row.may.join(" or ")}`;
    return [{ kind, what }];
  }
  if (!read) return [];
  if (row.id !== null && read.id !== row.id) {
    return [{ kind: "wrong state", what: `${name} has another id than was answered` }];
  }
  const damage = damageOf(read, row.mark);
  return damage === null ? [] : [{ kind: "damaged", what: `${name} ${damage}` }];
}

/** `versions` are what the account answers of the row, newest first. */
export function auditVersions(
  account: Account,
  row: Row,
  versions: readonly ReadVersion[],
): Finding[] {
  const name = `${account.name} ${row.table}/${row.mark}`;
  const wrong = (what: string): Finding => ({ kind: "wrong state", what: `${name}: ${what}` });
  const newest = versions[0]?.version ?? 0;
  const { least, most } = row.archives;
  if (newest < least || newest > most) {
    const kind = newest < least ? "lost write" : "wrong state";
    return [{ kind, what: `${name}: ${newest} versions, and there must be ${least} to ${most}` }];
  }
  const findings: Finding[] = [];
  if (versions.length !== Math.min(newest, versionsKept)) {
    findings.push(wrong(`${versions.length} versions are kept of ${newest}`));
  }
  if (versions.some(({ version }, index) => version !== newest - index)) {
    findings.push(wrong("its versions are not numbered one after the other"));
  }
  for (const { row: archived } of versions) {
    const damage = damageOf(archived, row.mark);
    if (damage) findings.push({ kind: "damaged", what: `${name}: a version ${damage}` });
    else if (!row.sent.includes(Number(archived.n))) findings.push(wrong("a version nobody wrote"));
  }
  const past = row.past?.slice(-versionsKept).reverse();
  const read = versions.map(({ row: archived }) => Number(archived.n));
  if (past && JSON.stringify(past) !== JSON.stringify(read)) {
    findings.push(wrong(`its versions are ${read}, and it was ${past}`));
  }
  return findings;
}
