import { Client } from "pg";

/**
 * A control-plane store with as many rows as a large installation has, in the proportions that one
 * year of use gives: of each database its operations, events, deliveries, audit entries and measures.
 */
export type Filling = {
  databases: number;
  /** Users, each with a team and a key; most have no database. */
  accounts: number;
  /** Servers that the databases stand on: full, and not looked at by the scheduled work for a year. */
  servers: number;
  /** Seals a server's password for the Worker. */
  sealPassword(serverName: string): Promise<string>;
  /** A user and team that own a twentieth of everything: the large customer whose lists are read. */
  owner: { userId: number; teamId: number };
};

/** Ids of what is made afterwards begin here, so that they meet none on a server that others use too. */
const laterIdsFrom = 50_000_000;

/**
 * What is put in: `$1` databases, `$2` servers, `$3` and `$4` the owner's user and team, `$5` accounts.
 * Nothing listens where the servers are said to be. Their databases are in a region of their own, so
 * that what is made later claims none of them from the pool.
 */
const statements: readonly string[] = [
  `INSERT INTO fleet_servers (name, engine, region, transport, host, port, advertised_host, tls,
     admin_user, admin_password_sealed, max_databases, state, check_begun_at, created_at, updated_at)
   SELECT name, 'postgres', 'local', 'tcp', '127.0.0.1', 9, '127.0.0.1', false, 'nobody', password, 1,
     'active', now() + interval '1 year', now(), now() FROM sealed`,
  `INSERT INTO storage_checks (server_id, begun_at)
   SELECT id, now() + interval '1 year' FROM fleet_servers WHERE name LIKE 'filled-%'`,
  `INSERT INTO fleet_reconciliations (server_id, began_at)
   SELECT id, now() + interval '1 year' FROM fleet_servers WHERE name LIKE 'filled-%'`,
  `CREATE TEMP TABLE filled_servers AS
   SELECT id, row_number() OVER (ORDER BY id) AS n FROM fleet_servers WHERE name LIKE 'filled-%'`,
  `CREATE TEMP TABLE filled_users AS WITH made AS (
     INSERT INTO users (email, name, account_id, created_at)
     SELECT 'filled-' || n || '@example.com', 'Filled', 'filled' || n, now()
     FROM generate_series(1, $5) n RETURNING id)
   SELECT id, row_number() OVER (ORDER BY id) AS n FROM made`,
  `CREATE TEMP TABLE filled_teams AS WITH made AS (INSERT INTO teams (name, created_at)
     SELECT 'Filled', now() FROM filled_users RETURNING id)
   SELECT id, row_number() OVER (ORDER BY id) AS n FROM made`,
  `INSERT INTO memberships (team_id, user_id, role, is_primary, created_at)
   SELECT t.id, u.id, 'owner', true, now() FROM filled_users u JOIN filled_teams t USING (n)`,
  `INSERT INTO api_keys (user_id, name, hash, preview, permissions, controls, status, created_at)
   SELECT id, 'filled', 'filled' || id, 'pk_live_…', '[]', '{}', 'active', now() FROM filled_users`,
  `INSERT INTO console_sessions (id, user_id, token_hash, client, created_at, used_at, expires_at)
   SELECT gen_random_uuid(), id, 'filled' || id, 'Firefox', now(), now(), now() + interval '7 days'
   FROM filled_users WHERE n % 3 = 0`,
  `INSERT INTO invitations (id, team_id, email, role, invited_by, state, created_at, expires_at, mailed_at)
   SELECT gen_random_uuid(), t.id, 'guest-' || t.id || '@example.com', 'member', u.id,
     CASE WHEN t.n % 2 = 0 THEN 'pending' ELSE 'accepted' END, now(), now() + interval '7 days', now()
   FROM filled_teams t JOIN filled_users u USING (n) WHERE t.n % 3 = 0`,
  // Who owns database n: a twentieth is the large customer's.
  `CREATE TEMP TABLE filled_rows AS
   SELECT g.n, CASE WHEN g.n % 20 = 0 THEN $4::int ELSE t.id END AS team_id,
     CASE WHEN g.n % 20 = 0 THEN $3::int ELSE u.id END AS user_id, s.id AS server_id,
     now() - interval '1 year' + g.n * interval '1 year' / $1 AS at
   FROM generate_series(1, $1) g(n)
   JOIN filled_users u ON u.n = 1 + g.n % $5
   JOIN filled_teams t ON t.n = u.n JOIN filled_servers s ON s.n = 1 + g.n % $2`,
  // Of fifty one is deleted and gone, one is deleted and waits; a few are in the pool.
  `CREATE TEMP TABLE filled_databases AS WITH made AS (
     INSERT INTO databases (uuid, team_id, name, plan, status, engine, region, server_id, db_name,
       password_sealed, connection_hard_limit, has_remote_resources, listing, pooled_at, created_at,
       updated_at, deleted_at, destroy_at, destroyed_at, expires_at)
     SELECT gen_random_uuid(), CASE WHEN n % 500 = 3 THEN NULL ELSE team_id END,
       CASE WHEN n % 500 = 3 THEN NULL ELSE 'filled-' || n END,
       CASE WHEN n % 500 = 3 THEN NULL ELSE 'free' END,
       CASE WHEN n % 50 IN (1, 2) THEN 'deleted' WHEN n % 500 = 3 THEN 'pooled' ELSE 'active' END,
       'postgres', 'elsewhere', server_id, 'filled-' || n, repeat('x', 100),
       CASE WHEN n % 10 = 0 THEN 5 END, n % 50 <> 1,
       CASE WHEN n % 500 = 3 THEN NULL ELSE n END, CASE WHEN n % 2 = 0 THEN at END, at, at,
       CASE WHEN n % 50 IN (1, 2) THEN at END,
       CASE WHEN n % 50 IN (1, 2) THEN now() + interval '7 days' END,
       CASE WHEN n % 50 = 1 THEN at END, CASE WHEN n % 50 = 4 THEN now() + interval '1 year' END
     FROM filled_rows ORDER BY n RETURNING id, team_id, status)
   SELECT made.*, row_number() OVER (ORDER BY id) AS n FROM made`,
  `CREATE TEMP TABLE filled AS
   SELECT d.id, d.status, d.team_id AS owner, r.* FROM filled_databases d JOIN filled_rows r USING (n)`,
  // What the triggers would have noted.
  `INSERT INTO server_promises (server_id, plan, databases, default_connections, connections,
     default_storage, storage_gb)
   SELECT server_id, coalesce(plan, 'free'), count(*),
     count(*) FILTER (WHERE deleted_at IS NULL AND connection_hard_limit IS NULL),
     coalesce(sum(connection_hard_limit) FILTER (WHERE deleted_at IS NULL), 0), count(*), 0
   FROM databases WHERE destroyed_at IS NULL GROUP BY 1, 2`,
  `INSERT INTO operations (id, kind, team_id, user_id, database_id, state, attempts, not_before,
     request_key, created_at, started_at, finished_at)
   SELECT gen_random_uuid(), (ARRAY['create', 'rename', 'change_quotas'])[k], owner, user_id, id,
     'succeeded', 1, at, 'filled ' || id || ' ' || k, at, at, at
   FROM filled CROSS JOIN generate_series(1, 3) k WHERE owner IS NOT NULL`,
  `INSERT INTO operations (id, kind, team_id, user_id, database_id, state, attempts, not_before,
     created_at)
   SELECT gen_random_uuid(), 'destroy', owner, user_id, id, 'queued', 0, now() + interval '7 days', at
   FROM filled WHERE status = 'deleted'`,
  `INSERT INTO events (team_id, type, data, created_at)
   SELECT owner, 'database.updated', '{"name": "filled", "status": "active"}',
     now() - interval '30 days' * (1 - n::float / $1)
   FROM filled CROSS JOIN generate_series(1, 4) WHERE owner IS NOT NULL`,
  `INSERT INTO webhook_endpoints (uid, team_id, url, events, secret_sealed, created_at, revoked_at)
   SELECT gen_random_uuid(), id, 'https://example.com/hook', '["blueprint.created"]'::jsonb, repeat('x', 80), now(), NULL
   FROM filled_teams WHERE n % 3 = 0
   UNION ALL SELECT gen_random_uuid(), $4, 'https://example.com/' || n, '["blueprint.created"]'::jsonb, repeat('x', 80), now(),
     CASE WHEN n > 1 THEN now() END FROM generate_series(1, 3) n`,
  `CREATE TEMP TABLE filled_endpoints AS SELECT id, team_id FROM webhook_endpoints`,
  `INSERT INTO webhook_deliveries (endpoint_id, event_id, status, attempt_count, response_code,
     next_attempt_at, created_at, last_attempt_at)
   SELECT e.id, v.id, CASE WHEN v.id % 1000 = 0 THEN 'pending' ELSE 'delivered' END, 1, 200,
     CASE WHEN v.id % 1000 = 0 THEN now() + interval '1 day' END, v.created_at, v.created_at
   FROM events v JOIN filled_endpoints e USING (team_id)`,
  `INSERT INTO audit_log (actor, user_id, team_id, action, target, request_id, details, created_at)
   SELECT 'key:1', user_id, owner, 'database.create', 'database:' || id, 'req_filled', '{}', at
   FROM filled CROSS JOIN generate_series(1, 4) WHERE owner IS NOT NULL`,
  `INSERT INTO database_usage (database_id, storage_bytes, connections, measured_at)
   SELECT id, 8000000, 1, now() FROM filled WHERE status = 'active'`,
  `INSERT INTO usage_samples (database_id, at, storage_bytes, connections)
   SELECT id, date_trunc('hour', now()) - k * interval '15 minutes', 8000000, 1
   FROM filled CROSS JOIN generate_series(1, 4) k WHERE status = 'active'`,
  `INSERT INTO database_readers (database_id, password_sealed, created_at)
   SELECT id, repeat('x', 100), at FROM filled WHERE status = 'active'`,
  `INSERT INTO query_executions (database_id, team_id, user_id, key_id, question, status, sql,
     statement_class, row_count, duration_ms, created_at, finished_at)
   SELECT id, owner, user_id, 1, 'How many orders are there?', 'succeeded',
     'SELECT count(*) FROM orders', 'read', 1, 5, now() - interval '30 days' * (1 - n::float / $1), now()
   FROM filled CROSS JOIN generate_series(1, 2) WHERE status = 'active'`,
  `CREATE TEMP TABLE filled_blueprints AS WITH made AS (
     INSERT INTO blueprints (uuid, team_id, name, slug, version, created_at, updated_at)
     SELECT gen_random_uuid(), id, 'Filled', 'filled', 1, now(), now() FROM filled_teams WHERE n % 2 = 0
     UNION ALL SELECT gen_random_uuid(), $4, 'Filled', 'filled-' || n, 1, now(), now()
     FROM generate_series(1, $5 / 20) n RETURNING id)
   SELECT id, row_number() OVER (ORDER BY id) AS n FROM made`,
  `INSERT INTO blueprint_versions (blueprint_id, version, sql_content, size_bytes, manifest, pieces, created_at)
   SELECT id, 1, 'CREATE TABLE t (a int)', 22, '{"engines": ["postgres"]}', '{}', now() FROM filled_blueprints`,
  `INSERT INTO blueprint_applications (database_id, blueprint_id, blueprint_version, team_id, user_id,
     status, is_dry_run, is_for_creation, variables_sealed, statements_total, not_before, created_at)
   SELECT f.id, b.id, 1, f.owner, f.user_id, 'completed', false, false, 'none', 1, f.at, f.at
   FROM filled f JOIN filled_blueprints b ON b.n = 1 + f.n % (SELECT count(*) FROM filled_blueprints)
   WHERE f.n % 5 = 0 AND f.owner IS NOT NULL`,
  `INSERT INTO blueprint_application_logs (application_id, first_statement, entries)
   SELECT id, 1, '[{"index": 1, "status": "succeeded"}]' FROM blueprint_applications`,
  `ALTER TABLE databases ALTER COLUMN id RESTART WITH ${laterIdsFrom}`,
];

/** Fills the store at `url` (migrated, with the owner in it) and has the planner look at it. */
export async function fillStore(url: string, filling: Filling): Promise<void> {
  const { databases, accounts, servers, owner, sealPassword } = filling;
  const sealed = await Promise.all(
    Array.from({ length: servers }, async (_, index) => {
      const name = `filled-${index + 1}`;
      return { name, password: await sealPassword(name) };
    }),
  );
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // Rows that refer to one another are made together, and need not be looked up one by one.
    await client.query("SET session_replication_role = replica");
    await client.query("SET synchronous_commit = off");
    await client.query(
      `CREATE TEMP TABLE sealed AS
       SELECT * FROM jsonb_to_recordset($1) AS s(name text, password text)`,
      [JSON.stringify(sealed)],
    );
    const known = [databases, servers, owner.userId, owner.teamId, accounts];
    for (const statement of statements) {
      const text = statement.replace(/\$([1-5])/g, (_, n) => `${known[Number(n) - 1]}`);
      await client.query(text);
    }
    await client.query("SELECT setval('database_listing', (SELECT max(id) + 1 FROM databases))");
    await client.query("VACUUM ANALYZE");
  } finally {
    await client.end();
  }
}
