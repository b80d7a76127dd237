import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { checkConfig } from "../../dev/deploy/bindings.ts";
import { productionConfig, readConfig } from "../../dev/deploy/config.ts";
import { type Finding, lineOf } from "../../dev/deploy/findings.ts";
import { checkSettings } from "../../dev/deploy/settings.ts";
import { breakingStatements, checkStore } from "../../dev/deploy/store.ts";
import { checkPlace, readValues, type Values } from "../../dev/deploy/values.ts";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { backUp, restore } from "../../dev/store-backup.ts";
import { root } from "../support/build.ts";
import { fillStore } from "../support/filled-store.ts";
import { sql, superuserUrl } from "../support/sql.ts";

const folder = mkdtempSync(join(tmpdir(), "polypuma-deploy-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hex = (bytes: number) => randomBytes(bytes).toString("hex");
const good: Record<string, string> = {
  CLOUDFLARE_ACCOUNT_ID: hex(16),
  OAUTH_KV_ID: hex(16),
  ADMIN_TOKEN: hex(32),
  SEALING_KEYS: `k1:${randomBytes(32).toString("base64")}`,
  ID_CHECK_SECRET: hex(32),
  PUBLIC_URL: "https://puma.ours.dev",
  POLYKOMOS_HOST: "polykomos.ours.dev",
  MAIL_TRANSPORT: "cloudflare",
  MAIL_FROM: "pumaDB <no-reply@ours.dev>",
  OPERATOR_EMAILS: "us@ours.dev",
};
const neonUrl =
  "postgresql://owner:secret@ep-a-b.eu-central-1.aws.neon.tech/polypuma?sslmode=require";

function valuesFile(values: Record<string, string>, mode = 0o600): string {
  const path = join(folder, randomUUID());
  const lines = Object.entries(values).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(path, lines.join(""), { mode });
  return path;
}

function read(values: Record<string, string>): Values {
  return readValues(valuesFile(values), "the file");
}

function needed(findings: readonly Finding[]): string[] {
  return findings.filter(({ level }) => level === "need").map(lineOf);
}

function dryRun(path: string): Promise<{ code: number; lines: string[] }> {
  const words = [join(root, "dev", "deploy.ts"), "--dry-run", "--values", path];
  // Nobody is logged in, and nothing outside this machine can be reached.
  const env = { PATH: process.env.PATH, HOME: folder, HTTPS_PROXY: "http://127.0.0.1:9" };
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: root, env }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, lines: stdout.trim().split("\n") });
    });
  });
}

describe("a dry run of a deploy", () => {
  test("passes when all that can be known without an account is right", async () => {
    const { code, lines } = await dryRun(valuesFile({ ...good, STORE_URL: "" }));
    expect(lines.filter((line) => line.startsWith("need"))).toEqual([]);
    expect(code).toBe(0);
    expect(lines).toContain("good  wrangler.toml has all that the code reads");
    expect(lines).toContain("good  secrets and variables have the right form");
    expect(lines.join("\n")).toMatch(/good {2}the bundle builds: [\d.]+ KiB gzip/);
    expect(lines.join("\n")).toMatch(/open {2}the secret STORE_URL is not in the file/);
    expect(lines.join("\n")).toMatch(/open {2}whether queues and hosts exist is not known/);
    for (const name of ["ADMIN_TOKEN", "SEALING_KEYS", "ID_CHECK_SECRET"]) {
      expect(lines.join("\n")).not.toContain(good[name]);
      expect(readFileSync(join(root, "wrangler.production.json"), "utf8")).not.toContain(
        good[name],
      );
    }
    rmSync(join(root, "wrangler.production.json"));
  });

  test("says what to do when nothing is filled in", () => {
    const values = readValues(join(folder, "none"), ".production.vars");
    const lines = needed([...values.findings, ...checkPlace(values), ...checkSettings(values, [])]);
    expect(lines).toContain(
      "need  .production.vars is not there: cp .production.vars.example .production.vars",
    );
    for (const name of ["STORE_URL", "ADMIN_TOKEN", "SEALING_KEYS", "ID_CHECK_SECRET"]) {
      expect(lines.join("\n")).toContain(`npx wrangler secret put ${name}`);
    }
    expect(lines.join("\n")).toMatch(/OAUTH_KV_ID is missing: npx wrangler kv namespace create/);
    expect(lines.join("\n")).toContain("nobody could sign in");
  });

  test("sees what was left of the example", () => {
    const example = readFileSync(join(root, ".production.vars.example"), "utf8");
    const path = join(folder, "example");
    writeFileSync(path, example, { mode: 0o600 });
    const names = [...example.matchAll(/^([A-Z_]+)="</gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(6);
    const lines = needed(readValues(path, ".production.vars").findings).join("\n");
    for (const name of names) expect(lines).toContain(`${name} still has a placeholder`);
  });

  test("sees a file that others can read, and a misspelt name", () => {
    const open = readValues(valuesFile(good, 0o644), "vars");
    expect(needed(open.findings)).toEqual(["need  vars can be read by others: chmod 600 vars"]);
    expect(needed(read({ ...good, POOL_TARGTE: "3" }).findings).join()).toContain("POOL_TARGTE");
  });

  const wrong: [name: string, value: string, says: RegExp][] = [
    ["STORE_URL", neonUrl.replace("?sslmode=require", ""), /does not ask for TLS/],
    ["STORE_URL", neonUrl.replace("neon.tech", "ours.dev"), /none of Neon's/],
    ["STORE_URL", "mysql://a:b@c.neon.tech/d?sslmode=require", /names no PostgreSQL database/],
    ["ADMIN_TOKEN", "a".repeat(64), /ADMIN_TOKEN can be guessed/],
    ["ADMIN_TOKEN", hex(8), /ADMIN_TOKEN can be guessed/],
    ["ADMIN_TOKEN", "short", /ADMIN_TOKEN: /],
    ["SEALING_KEYS", randomBytes(32).toString("base64"), /SEALING_KEYS: each entry is <id>:/],
    ["SEALING_KEYS", `k1:${randomBytes(16).toString("base64")}`, /SEALING_KEYS: each entry is/],
    ["PUBLIC_URL", "http://puma.ours.dev", /PUBLIC_URL is no origin/],
    ["PUBLIC_URL", "https://puma.ours.dev/", /PUBLIC_URL is no origin/],
    ["POLYKOMOS_HOST", "https://polykomos.ours.dev", /POLYKOMOS_HOST is no host/],
    ["MAIL_TRANSPORT", "http", /MAIL_HTTP_URL is no https URL/],
    ["DEV_MODE", "true", /DEV_MODE is for development/],
    ["NEON_ENDPOINT", "http://127.0.0.1:1", /NEON_ENDPOINT is for development/],
    ["QUERY_TIMEOUT_SECONDS", "soon", /QUERY_TIMEOUT_SECONDS: /],
  ];
  test.each(wrong)("sees what is wrong with %s, and shows no secret", (name, value, says) => {
    const values = read({ ...good, STORE_URL: neonUrl, [name]: value });
    const lines = needed(checkSettings(values, null));
    expect(lines.join("\n")).toMatch(says);
    if (name in values.secrets) expect(lines.join("\n")).not.toContain(value);
  });

  test("finds nothing wrong with what is right", () => {
    const values = read({ ...good, STORE_URL: neonUrl });
    expect(
      needed([...values.findings, ...checkPlace(values), ...checkSettings(values, null)]),
    ).toEqual([]);
  });

  test("compares wrangler.toml with what the code reads", () => {
    const config = readConfig(root);
    expect(needed(checkConfig(root, config))).toEqual([]);
    const broken: [change: object, says: RegExp][] = [
      [{ kv_namespaces: [] }, /the binding OAUTH_KV \(kv\) is not in/],
      [{ queues: { ...config.queues, producers: [] } }, /the binding JOBS \(queue\) is not in/],
      [{ queues: { ...config.queues, consumers: [] } }, /nothing consumes the queue polypuma-jobs/],
      [{ migrations: [] }, /no migration introduces AccountGate/],
      [{ migrations: [{ tag: "v1", new_classes: ["AccountGate"] }] }, /introduces AccountGate/],
      [{ triggers: { crons: [] } }, /cron is not once a minute/],
      [{ ai: { binding: "AI2" } }, /nothing reads the binding AI2/],
    ];
    for (const [change, says] of broken) {
      expect(needed(checkConfig(root, { ...config, ...change })).join("\n")).toMatch(says);
    }
  });

  test("makes the config of the deploy out of wrangler.toml and the file", () => {
    const made = productionConfig(readConfig(root), read({ ...good, NL2SQL_ENGINE: "workers-ai" }));
    expect(made).toMatchObject({
      account_id: good.CLOUDFLARE_ACCOUNT_ID,
      workers_dev: false,
      routes: [
        { pattern: "puma.ours.dev", custom_domain: true },
        { pattern: "polykomos.ours.dev", custom_domain: true },
      ],
      kv_namespaces: [{ binding: "OAUTH_KV", id: good.OAUTH_KV_ID }],
      send_email: [{ name: "MAIL" }],
      ai: { binding: "AI" },
      vars: { PUBLIC_URL: good.PUBLIC_URL, OPERATOR_EMAILS: good.OPERATOR_EMAILS },
    });
    expect(JSON.stringify(made)).not.toContain(good.ADMIN_TOKEN);
    expect(JSON.stringify(made)).not.toContain(good.SEALING_KEYS);
  });
});

describe("the store of a deploy", () => {
  async function newStore(): Promise<string> {
    const name = `deploy-${randomUUID().slice(0, 8)}`;
    await createDatabase(superuserUrl("postgres"), name);
    return superuserUrl(name);
  }

  test("has its pending migrations listed, and none of them is run", async () => {
    const url = await newStore();
    const [fresh] = await checkStore(root, url);
    expect(fresh).toMatchObject({
      level: "note",
      what: expect.stringMatching(/from 0000_\w+ on$/),
    });
    expect(
      await sql(url, "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'"),
    ).toEqual([{ n: 0 }]);
    await migrate(url);
    expect(await checkStore(root, url)).toMatchObject([{ level: "good" }]);
    await sql(
      url,
      `DELETE FROM drizzle.__drizzle_migrations WHERE created_at >
         (SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at OFFSET 5 LIMIT 1)`,
    );
    const [later] = await checkStore(root, url);
    expect(later?.what).toMatch(/^\d+ migrations are to run, from 0006_\w+ on$/);
    const [none] = await checkStore(root, url.replace(/:\d+\//, ":9/"));
    expect(none).toMatchObject({ level: "need", what: "the store cannot be reached" });
  });

  test("has what more than adds pointed out", () => {
    const script = `ALTER TABLE "a" ADD COLUMN "b" text;--> statement-breakpoint
      ALTER TABLE "a" DROP COLUMN "c";--> statement-breakpoint
      -- DROP TABLE "d" is a comment
      CREATE TABLE "e" ();--> statement-breakpoint
      ALTER TABLE "a" RENAME COLUMN "x" TO "y";`;
    expect(breakingStatements(script)).toEqual([
      'ALTER TABLE "a" DROP COLUMN "c";',
      'ALTER TABLE "a" RENAME COLUMN "x" TO "y";',
    ]);
  });

  test("comes back from a backup, row by row, into an empty store and no other", async () => {
    const [from, to] = await Promise.all([newStore(), newStore()]);
    await Promise.all([migrate(from), migrate(to)]);
    await sql(
      from,
      `WITH u AS (INSERT INTO users (email, name, account_id, created_at) VALUES ('a', 'a', 'a', now()) RETURNING id),
         t AS (INSERT INTO teams (name, created_at) VALUES ('a', now()) RETURNING id)
       INSERT INTO memberships SELECT t.id, u.id, 'owner', true, now() FROM u, t`,
    );
    await fillStore(from, {
      databases: 200,
      accounts: 50,
      servers: 5,
      owner: { userId: 1, teamId: 1 },
      sealPassword: async () => "sealed",
    });
    const path = join(folder, "backup.jsonl.gz");
    const written = await backUp(from, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(backUp(from, path)).rejects.toThrow(/is there already\. Name a new file\.$/);
    const bytes = readFileSync(path);
    const half = bytes.subarray(0, bytes.length / 2);
    for (const broken of [half, gzipSync("{}\n"), gzipSync("null\n"), gzipSync(""), "a", ""]) {
      const file = join(folder, randomUUID());
      writeFileSync(file, broken);
      await expect(restore(to, file)).rejects.toThrow(
        /is no backup of a store, or not a whole one\.$/,
      );
    }
    await expect(restore(to, join(folder, "absent"))).rejects.toThrow("ENOENT");
    expect(Object.fromEntries(await restore(to, path))).toEqual(
      Object.fromEntries([...written].filter(([, rows]) => rows > 0)),
    );
    await expect(restore(to, path)).rejects.toThrow("The store is not empty");

    const tables = [...written.keys()];
    expect(tables.length).toBeGreaterThan(20);
    const sums = tables.map(
      (table) =>
        `(SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${table}" t) AS "${table}"`,
    );
    const loads =
      "(SELECT jsonb_agg(to_jsonb(l) ORDER BY s.id) FROM fleet_servers s, server_load(s.id, $1::jsonb) l) AS loads";
    const caps = [JSON.stringify({ bytes_per_gb: 1, free: { connections: 10, gb: 1 } })];
    const state = `SELECT ${[...sums, loads].join(", ")}`;
    expect(await sql(to, state, caps)).toEqual(await sql(from, state, caps));
    const [next] = await sql(to, "SELECT nextval('database_listing')::int > 200 AS is_later");
    expect(next).toEqual({ is_later: true });
  });
});
