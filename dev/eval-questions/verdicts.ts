import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What became of one question on one engine. */
export type Verdict = {
  id: string;
  set: string;
  engine: string;
  database: string;
  level: string;
  question: string;
  gold: string;
  sealed: boolean;
  sql: string | null;
  /** What the database said when the statement did not run. */
  error: string | null;
  confidence: number;
  strict: boolean;
  superset: boolean;
  /** On MariaDB: whether PostgreSQL's gold gives the same there. */
  agrees: boolean;
  milliseconds: number;
};

/** Writes the verdicts; sealed questions without their text, so that nobody tunes for them. */
export function writeVerdicts(file: string, verdicts: readonly Verdict[], reveal: boolean): void {
  const open = verdicts.map((verdict) =>
    verdict.sealed && !reveal
      ? { ...verdict, question: "", gold: "", sql: "", error: null }
      : verdict,
  );
  writeFileSync(file, open.map((verdict) => `${JSON.stringify(verdict)}\n`).join(""));
}

/** Ids won and lost against an earlier file; null when there is none. */
export function compareVerdicts(file: string, verdicts: readonly Verdict[]) {
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const before = new Map(
    lines.map((line) => {
      const verdict: Verdict = JSON.parse(line);
      return [keyOf(verdict), isRight(verdict)];
    }),
  );
  const open = verdicts.filter((verdict) => !verdict.sealed && before.has(keyOf(verdict)));
  const won = open.filter((verdict) => isRight(verdict) && !before.get(keyOf(verdict)));
  const lost = open.filter((verdict) => !isRight(verdict) && before.get(keyOf(verdict)));
  return { won: won.map((verdict) => verdict.id), lost: lost.map((verdict) => verdict.id) };
}

function keyOf(verdict: Verdict): string {
  return `${verdict.set} ${verdict.engine} ${verdict.id}`;
}

function isRight(verdict: Verdict): boolean {
  return verdict.strict;
}
