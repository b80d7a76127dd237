/**
 * What a sealed password is bound to: one that is put into another row does not open there. A
 * changed context makes every value sealed under it unreadable.
 */
export function databasePasswordContext(uuid: string): string {
  return `database-password:${uuid}`;
}

export function serverPasswordContext(name: string): string {
  return `server-password:${name}`;
}
