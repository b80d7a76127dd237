-- Connections were not counted until now, so no number that stands there was meant as a limit.
UPDATE "fleet_servers" SET "max_connections" = NULL, "is_draining" = ("state" = 'draining');
--> statement-breakpoint
-- What one server has promised. `caps`: what a plan promises where a database sets no quota, as
-- {"bytes_per_gb": n, "<plan>": {"connections": n, "gb": n}}; one in the pool counts as `free`.
CREATE FUNCTION server_load(of_server integer, caps jsonb)
RETURNS TABLE (databases integer, connections bigint, bytes double precision)
LANGUAGE sql STABLE AS $$
  SELECT count(*)::int,
    coalesce(sum(coalesce(d.connection_hard_limit,
      (caps->coalesce(d.plan, 'free')->>'connections')::int)) FILTER (WHERE d.deleted_at IS NULL), 0),
    coalesce(sum(coalesce(d.storage_hard_limit_gb,
      (caps->coalesce(d.plan, 'free')->>'gb')::float8)), 0) * (caps->>'bytes_per_gb')::float8
  FROM databases d WHERE d.server_id = of_server AND d.destroyed_at IS NULL
$$;
--> statement-breakpoint
-- The share of a capacity that is used; above 1 it is too much. No capacity: nothing is used.
CREATE FUNCTION share_used(used double precision, capacity double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN capacity IS NULL THEN 0 ELSE used / capacity END
$$;
--> statement-breakpoint
-- The active servers of an engine that have room for so much more, the emptiest first, those whose
-- last check failed after all others. Placements of an engine wait for one another until they are
-- committed, and each of the function's queries sees what was committed before it: two can never
-- take the last place. No engine: no servers and no wait.
CREATE FUNCTION servers_with_room(of_engine text, of_region text, more_databases integer,
  more_connections integer, more_bytes double precision, caps jsonb)
RETURNS TABLE (id integer, region text, rank bigint)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF of_engine IS NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('polypuma placement ' || of_engine, 0));
  RETURN QUERY
    SELECT f.id, f.region, row_number() OVER (ORDER BY f.is_doubtful, f.fullest, f.databases, f.id)
    FROM (SELECT s.id, s.region, s.check_failures > 0 AS is_doubtful, load.databases,
        greatest(share_used(load.databases + more_databases, s.max_databases),
          share_used(load.connections + more_connections, s.max_connections),
          share_used(load.bytes + more_bytes, s.max_bytes)) AS fullest
      FROM fleet_servers s CROSS JOIN LATERAL server_load(s.id, caps) load
      WHERE s.engine = of_engine AND s.state = 'active'
        AND (of_region IS NULL OR s.region = of_region)) f
    WHERE f.fullest <= 1;
END
$$;
