import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import {
  deleteExpiredLinks,
  insertLink,
  linksEndMs,
} from "../../durable-objects/storage/puma-mailbox/links.ts";
import {
  deleteMail,
  dueMails,
  insertMail,
  nextAttemptMs,
} from "../../durable-objects/storage/puma-mailbox/mails.ts";
import { pumaMailboxMigrations } from "../../durable-objects/storage/puma-mailbox/migrations.ts";

/** The part of an object's storage that these statements use, over a database in memory. */
function memoryStorage(): SqlStorage {
  const database = new DatabaseSync(":memory:");
  const exec = (text: string, ...values: (string | number | null)[]) => {
    const rows = database.prepare(text).all(...values);
    return {
      toArray: () => rows,
      one: () => rows[0],
      raw: () => rows.map((row) => Object.values(row)).values(),
    };
  };
  return { exec } as unknown as SqlStorage;
}

test("a mail that waits longer than its link lives is given up when its turn comes", () => {
  const sql = memoryStorage();
  for (const migration of pumaMailboxMigrations) migration(sql);
  const address = "ada@example.com";
  insertLink(sql, {
    ...{ id: "first", expiresAtMs: 1_000, lifetimeMs: 1_000 },
    ...{ purpose: "key", address, invitation: null },
  });
  const mail = { linkId: "first", address, linkPrefix: "https://x.example/", mailboxId: "m" };
  insertMail(sql, mail, 5_000);
  // What ended is cleared away after the mail of another link was sent.
  deleteExpiredLinks(sql, 2_000);
  expect(nextAttemptMs(sql)).toBe(5_000);
  // A mail that is due and not found would have the alarm ring for ever.
  expect(dueMails(sql, 5_000).map(({ linkId }) => linkId)).toEqual(["first"]);
  deleteMail(sql, "first");
  deleteExpiredLinks(sql, 5_000);
  expect([nextAttemptMs(sql), linksEndMs(sql)]).toEqual([null, null]);
});
