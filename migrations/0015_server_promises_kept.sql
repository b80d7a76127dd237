-- Keeps `server_promises` right: each change of what a database asks of its server is a row, written in
-- the statement of the change by whatever makes it. Rows are only added, so no change waits for another.
CREATE FUNCTION note_server_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before databases := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD END;
  after databases := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW END;
BEGIN
  INSERT INTO server_promises (server_id, plan, databases, default_connections, connections,
    default_storage, storage_gb)
  SELECT p.server_id, p.plan, p.n,
    CASE WHEN p.is_living AND p.connections IS NULL THEN p.n ELSE 0 END,
    CASE WHEN p.is_living THEN p.n * coalesce(p.connections, 0) ELSE 0 END,
    CASE WHEN p.gb IS NULL THEN p.n ELSE 0 END, p.n * coalesce(p.gb, 0)::numeric
  FROM (VALUES
      (-1, before.server_id, coalesce(before.plan, 'free'), before.connection_hard_limit,
        before.storage_hard_limit_gb, before.deleted_at IS NULL, before.destroyed_at IS NULL),
      (1, after.server_id, coalesce(after.plan, 'free'), after.connection_hard_limit,
        after.storage_hard_limit_gb, after.deleted_at IS NULL, after.destroyed_at IS NULL)
    ) AS p (n, server_id, plan, connections, gb, is_living, is_there)
  WHERE p.server_id IS NOT NULL AND p.is_there;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER databases_promised AFTER INSERT OR DELETE ON databases
  FOR EACH ROW EXECUTE FUNCTION note_server_promise();
--> statement-breakpoint
CREATE TRIGGER databases_promised_otherwise AFTER UPDATE OF server_id, plan, connection_hard_limit,
  storage_hard_limit_gb, deleted_at, destroyed_at ON databases
  FOR EACH ROW WHEN ((OLD.server_id, coalesce(OLD.plan, 'free'), OLD.connection_hard_limit,
      OLD.storage_hard_limit_gb, OLD.deleted_at IS NULL, OLD.destroyed_at IS NULL)
    IS DISTINCT FROM (NEW.server_id, coalesce(NEW.plan, 'free'), NEW.connection_hard_limit,
      NEW.storage_hard_limit_gb, NEW.deleted_at IS NULL, NEW.destroyed_at IS NULL))
  EXECUTE FUNCTION note_server_promise();
--> statement-breakpoint
-- The triggers keep changes out until this is committed, so nothing is counted twice or missed.
INSERT INTO server_promises (server_id, plan, databases, default_connections, connections,
  default_storage, storage_gb)
SELECT server_id, coalesce(plan, 'free'), count(*),
  count(*) FILTER (WHERE deleted_at IS NULL AND connection_hard_limit IS NULL),
  coalesce(sum(connection_hard_limit) FILTER (WHERE deleted_at IS NULL), 0),
  count(*) FILTER (WHERE storage_hard_limit_gb IS NULL),
  coalesce(sum(storage_hard_limit_gb::numeric), 0)
FROM databases WHERE destroyed_at IS NULL GROUP BY 1, 2;
--> statement-breakpoint
-- As before, of the kept sums instead of the rows: what it costs does not grow with the databases.
CREATE OR REPLACE FUNCTION server_load(of_server integer, caps jsonb)
RETURNS TABLE (databases integer, connections bigint, bytes double precision)
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(p.databases), 0)::int,
    coalesce(sum(p.connections + p.default_connections
      * (caps->p.plan->>'connections')::int), 0)::bigint,
    coalesce(sum(p.storage_gb + p.default_storage * (caps->p.plan->>'gb')::numeric), 0)::float8
      * (caps->>'bytes_per_gb')::float8
  FROM server_promises p WHERE p.server_id = of_server
$$;
