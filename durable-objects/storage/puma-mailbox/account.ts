/** Typed statements on `account`: the one account of the address, once somebody has signed in. */
export function findAccount(sql: SqlStorage): string | undefined {
  const [found] = sql.exec("SELECT id FROM account").raw<[string]>();
  return found?.[0];
}

export function insertAccount(sql: SqlStorage, id: string): void {
  sql.exec("INSERT INTO account (id) VALUES (?)", id);
}
