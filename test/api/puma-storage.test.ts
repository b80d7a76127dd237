import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { pumaAccountMigrations } from "../../durable-objects/storage/puma-account/migrations.ts";
import { newAccountId } from "../../src/lib/account-id.ts";
import { until } from "../support/api.ts";
import { sendRpc } from "../support/mcp-clients.ts";
import { connect } from "../support/oauth.ts";
import { accountWith, newAccount, send } from "../support/puma-client.ts";
import { idCheckSecret, startPumaWorker } from "../support/puma-worker.ts";
import { serverFolder } from "../support/server-folder.ts";

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function databasesOf(folder: string): string[] {
  return filesOf(folder).filter((file) => file.endsWith(".sqlite"));
}

function tablesOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf_%'")
    .all()
    .map(({ name }) => String(name));
  database.close();
  return names.sort();
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = serverFolder("polypuma-puma-storage-");
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The alarm comes soon by the machine's clock instead of in a day by the moved one; it deletes only
 * what the moved clock has passed.
 */
const cleaningSoon = {
  "durable-objects/puma-account.ts": (source: string) =>
    source.replace("setAlarm(nowMs + cleanUpEveryMs)", "setAlarm(new Date().getTime() + 100)"),
};

describe("guessing", () => {
  test("a guessed account id is refused and nothing is written anywhere", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist });
      const account = await newAccount(worker);
      const state = () =>
        filesOf(persist).map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`);
      const secret = account.key.split("_").at(-1);
      const before = state();
      for (let guess = 0; guess < 50; guess++) {
        const digits = guess.toString(16).padStart(6, "0");
        for (const id of [`abcdefghjkmn${digits}`, account.id.slice(0, 12) + digits]) {
          const key = `puma_live_${id}_${secret}`;
          expect((await send(worker, "POST", "/v1/notes", { key, body: { a: 1 } })).status).toBe(
            401,
          );
        }
        const token = `${guess.toString(16).padStart(40, "0")}.${"a".repeat(40)}`;
        expect((await send(worker, "POST", "/auth/verify", { body: { token } })).status).toBe(401);
        expect((await send(worker, "GET", `/auth/link/${token}`)).status).toBe(410);
      }
      expect(state()).toEqual(before);
      await worker.stop();
    }));

  test("an id that was issued to nobody, yet has the right digest, leaves no table", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist });
      const id = newAccountId("puma", idCheckSecret);
      const key = `puma_live_${id}_${"a".repeat(40)}`;
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? { body: { a: 1 } } : {};
        expect((await send(worker, method, "/v1/notes", { key, ...body })).status).toBe(401);
      }
      await worker.stop();
      expect(databasesOf(persist).flatMap(tablesOf)).toEqual([]);
    }));
});

describe("what lies on the disk", () => {
  test("keys and tokens are there as hashes only", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist });
      const account = await newAccount(worker);
      const asked = await send(worker, "POST", "/auth/magic-link", {
        body: { email: account.email },
      });
      await account.post("/v1/_keys", { name: "ci" });
      await worker.stop();
      const token = String(asked.body.dev_magic_link).split(".").at(-1) ?? "";
      const secret = account.key.split("_").at(-1) ?? "";
      expect([token.length > 20, secret.length]).toEqual([true, 40]);
      expect(databasesOf(persist)).not.toEqual([]);
      for (const file of filesOf(persist)) {
        const content = readFileSync(file, "latin1");
        expect(content.includes(secret)).toBe(false);
        expect(content.includes(token)).toBe(false);
      }
    }));

  test("everything is still there after a restart, and a revoked key stays revoked", () =>
    withFolder(async (persist) => {
      const first = await startPumaWorker({ persist });
      const account = await newAccount(first);
      const row = await account.add("notes", { a: 1 });
      const made = await account.post("/v1/_keys", { name: "ci" });
      await account.delete(`/v1/_keys/${made.body.id}`);
      await account.post("/v1/notes", { b: 1 }, { "idempotency-key": "k" });
      await first.stop();
      const second = await startPumaWorker({ persist });
      const again = accountWith(second, account.id, account.key);
      expect(await again.rows("notes", { filter: { a: 1 } })).toEqual([row]);
      expect(
        (await again.post("/v1/notes", { b: 1 }, { "idempotency-key": "k" })).headers.get(
          "idempotent-replayed",
        ),
      ).toBe("true");
      const revoked = await send(second, "GET", "/v1/notes", { key: made.body.api_key });
      expect(revoked.status).toBe(401);
      await second.stop();
    }));

  test("what has expired is deleted when its day comes", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist, replace: cleaningSoon });
      const account = await newAccount(worker);
      const { id } = await account.add("notes", { v: 1 });
      await account.post("/v1/notes/update_row", { id, patch: { v: 2 } });
      await account.post("/v1/notes", { b: 1 }, { "idempotency-key": "k" });
      const linked = await account.post("/v1/_query_links", { table: "notes" });
      const open = async () => (await fetch(linked.body.viewer_url)).status;
      expect(await open()).toBe(200);
      const made = await account.post("/v1/_keys", { name: "ci" });
      await account.delete(`/v1/_keys/${made.body.id}`);
      await worker.moveClock(31 * 24 * 3_600_000);
      await account.add("notes", { v: 3 });
      const isGone = async () =>
        (await account.get("/v1/_keys")).body.keys.every(
          (each: { id: string }) => each.id !== made.body.id,
        );
      for (const deadline = Date.now() + 60_000; !(await isGone()); ) {
        if (Date.now() > deadline) throw new Error("The revoked key is still listed");
      }
      await worker.stop();
      const [file = ""] = databasesOf(persist).filter((each) =>
        tablesOf(each).includes("idempotency"),
      );
      const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
      const count = (table: string) =>
        database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
      expect([count("versions"), count("idempotency"), count("keys")]).toEqual([0, 0, 1]);
      expect(count("page_links")).toBe(0);
      database.close();
    }));
});

describe("keys of sign-ins", () => {
  test("that made room for others are deleted by the clean-up, though nothing else calls for one", () =>
    withFolder(async (persist) => {
      const vars = { PUMA_KEYS_MAX: "1" };
      const worker = await startPumaWorker({ persist, vars, replace: cleaningSoon });
      const { email } = await newAccount(worker);
      const account = await newAccount(worker, email);
      const keys = async () => (await account.get("/v1/_keys")).body.keys;
      expect(await keys()).toHaveLength(2);
      await worker.moveClock(31 * 24 * 3_600_000);
      await until(keys, (found) => found.length === 1);
      await worker.stop();
    }));
});

describe("links to pages", () => {
  test("that have expired are deleted by the clean-up, though nothing else calls for one", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist, replace: cleaningSoon });
      const account = await newAccount(worker);
      // Made by a read, which sets no alarm for itself.
      const params = { name: "query", arguments: { table: "notes", includeLink: true } };
      const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
      const { message } = await sendRpc(worker.url, account.key, body);
      const { viewer_url } = message.result.structuredContent._pumadb_query_link;
      const [file = ""] = databasesOf(persist).filter((each) =>
        tablesOf(each).includes("page_links"),
      );
      const links = async () => {
        const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
        const found = database.prepare("SELECT count(*) AS n FROM page_links").get()?.n;
        database.close();
        return found;
      };
      expect([(await fetch(viewer_url)).status, await links()]).toEqual([200, 1]);
      await worker.moveClock(16 * 60_000);
      await until(links, (found) => found === 0);
      await worker.stop();
    }));
});

describe("an account of version 1", () => {
  /** Puts the stored old database in the place of a fresh account's. */
  async function oldAccount(persist: string): Promise<{ id: string; key: string }> {
    const worker = await startPumaWorker({ persist });
    const { id, key } = await newAccount(worker);
    await worker.stop();
    const [file = ""] = databasesOf(persist).filter((each) => tablesOf(each).includes("versions"));
    const database = new DatabaseSync(file);
    for (const table of tablesOf(file)) database.exec(`DROP TABLE ${table}`);
    const script = readFileSync(
      join(import.meta.dirname, "../support/puma-account-v1.sql"),
      "utf8",
    );
    const hash = createHash("sha256").update(key).digest("hex");
    database.exec(script.replace("{{KEY_HASH}}", hash).replace("{{NOW_MS}}", String(Date.now())));
    database.close();
    return { id, key };
  }

  /** The code of some later release: one more migration. */
  const tomorrow = {
    "puma-account/migrations.ts": (source: string) =>
      source.replace(
        /\n\];\s*$/,
        `\n  (sql) => {
          sql.exec("ALTER TABLE rows ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'");
          sql.exec("UPDATE rows SET colour = 'blue' WHERE table_name = 'notes'");
          sql.exec("CREATE TABLE tomorrows (id TEXT PRIMARY KEY)");
        },\n];\n`,
      ),
  };

  function versionIn(persist: string): unknown {
    const [file = ""] = databasesOf(persist).filter((each) => tablesOf(each).includes("versions"));
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    const row = database.prepare("SELECT version FROM schema_version").get();
    database.close();
    return row?.version;
  }

  async function works(
    persist: string,
    account: { id: string; key: string },
    replace?: typeof tomorrow,
  ): Promise<void> {
    const worker = await startPumaWorker({ persist, ...(replace ? { replace } : {}) });
    const old = accountWith(worker, account.id, account.key);
    const [first, second] = [
      "019b76da-a800-7000-8000-000000000001",
      "019b76da-a800-7001-8000-000000000002",
    ];
    expect(await old.rows("notes", { filter: { title: "other" } })).toEqual([
      {
        id: second,
        created_at: "2026-01-01T00:00:00.000Z",
        updated_at: "2026-01-01T00:00:00.000Z",
        title: "other",
      },
    ]);
    expect((await old.get("/v1/odd")).text).toContain('"__proto__":1,"":"\\ud800"');
    expect((await old.get(`/v1/notes/versions?id=${first}`)).body.versions).toMatchObject([
      { version: 1, row: { title: "older" } },
    ]);
    const added = await old.add("notes", { title: "new" });
    expect(await old.rows("notes", { filter: { title: "new" } })).toEqual([added]);
    await old.delete("/v1/notes", { filter: { id: added.id } });
    expect((await old.get("/v1/_tables")).body.tables).toEqual([
      { name: "notes", rows: 2 },
      { name: "odd", rows: 1 },
    ]);
    expect(
      (await old.get("/v1/_keys")).body.keys.map((each: { id: string }) => each.id).sort(),
    ).toContain("key_old1");
    await worker.stop();
  }

  test("is served by today's release", () =>
    withFolder(async (persist) => {
      await works(persist, await oldAccount(persist));
    }));

  test("is migrated by a later release, and still served by today's after a roll-back", () =>
    withFolder(async (persist) => {
      const account = await oldAccount(persist);
      await works(persist, account, tomorrow);
      expect(versionIn(persist)).toBe(pumaAccountMigrations.length + 1);
      await works(persist, account);
      expect(versionIn(persist)).toBe(pumaAccountMigrations.length + 1);
      await works(persist, account, tomorrow);
    }));
});

describe("a connected client", () => {
  test("is forgotten once its grant has ended: nothing of it stays", () =>
    withFolder(async (persist) => {
      const worker = await startPumaWorker({ persist, replace: cleaningSoon });
      const { accessToken, refreshToken, code } = await connect(worker);
      const [file = ""] = databasesOf(persist).filter((each) =>
        tablesOf(each).includes("oauth_records"),
      );
      const names = async () => {
        const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
        const rows = database.prepare("SELECT name FROM oauth_records ORDER BY name").all();
        database.close();
        return rows.map(({ name }) => String(name).split(":", 1)[0]);
      };
      expect(await names()).toEqual(["grant", "token"]);
      for (const secret of [accessToken, refreshToken, code]) {
        const kept = secret.split(/[.:]/).at(-1) ?? "";
        expect(kept.length).toBeGreaterThan(20);
        for (const each of filesOf(persist)) {
          expect(readFileSync(each, "latin1").includes(kept)).toBe(false);
        }
      }
      await worker.moveClock(3_601_000);
      await until(names, (found) => !found.includes("token"));
      expect(await names()).toEqual(["grant"]);
      await worker.moveClock(30 * 24 * 3_600_000);
      await until(names, (found) => found.length === 0);
      await worker.stop();
    }));
});

describe("a new PAGE_SECRET", () => {
  test("ends what was made for minutes, and no key", () =>
    withFolder(async (persist) => {
      const before = await startPumaWorker({ persist });
      const account = await newAccount(before);
      const { key } = account;
      const body = { table: "notes", id: (await account.add("notes", { a: 1 })).id };
      const asked = await send(before, "POST", "/v1/_row_links", { key, body });
      const path = new URL(asked.body.viewer_url).pathname;
      expect((await fetch(before.url + path)).status).toBe(200);
      await before.stop();

      const vars = { PAGE_SECRET: "another-secret-of-pages" };
      const after = await startPumaWorker({ persist, vars });
      expect((await fetch(after.url + path)).status).toBe(404);
      const again = await send(after, "POST", "/v1/_row_links", { key, body });
      expect((await fetch(after.url + new URL(again.body.viewer_url).pathname)).status).toBe(200);
      await after.stop();
    }));
});
