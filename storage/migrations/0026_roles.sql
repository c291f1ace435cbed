-- Ends what outlasts its time: a role can lift its own statement_timeout. Of dashboards and of the API's reading role only, in
-- this database only: who may call it can end nothing else. It runs with its owner's rights, which `kiezbox database roles`
-- makes a member of these two roles; where it is none it sees nothing to end.
-- The connection ends, not the statement alone: a function can catch that its statement was cancelled.
CREATE FUNCTION end_long_statements(seconds double precision) RETURNS TABLE (role text, lasted_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
WITH long AS MATERIALIZED (
    SELECT activity.pid, activity.usename::text AS role,
           extract(epoch FROM clock_timestamp() - CASE WHEN activity.state = 'active' THEN activity.query_start
                                                       ELSE activity.state_change END)::float8 AS lasted_seconds
    FROM pg_stat_activity AS activity
    WHERE activity.usename IN ('kiezbox_reader', 'kiezbox_api') AND activity.datname = current_database()
      AND activity.pid <> pg_backend_pid() AND (activity.state = 'active' OR activity.state LIKE 'idle in transaction%')
), ended AS MATERIALIZED (
    SELECT long.role, long.lasted_seconds, pg_terminate_backend(long.pid) AS is_ended
    FROM long WHERE long.lasted_seconds > seconds
)
SELECT ended.role, ended.lasted_seconds FROM ended WHERE ended.is_ended
$$;
COMMENT ON FUNCTION end_long_statements IS 'Ends connections of dashboards and of the API whose statement or open transaction lasts longer';
REVOKE ALL ON FUNCTION end_long_statements FROM PUBLIC;

-- TimescaleDB lets only the owner of a hypertable drop its chunks, refresh its rollups and set its policies. So these belong to
-- the role of maintenance, and nothing else does. Only a superuser can hand them over: their chunks are in TimescaleDB's own
-- schema. Jobs stay their maker's, so they go; maintenance makes them anew in its next round. Safe to call again.
CREATE PROCEDURE hand_over() LANGUAGE plpgsql AS $$
DECLARE
    relation record;
    job      record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kiezbox_maintain')
       OR NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        RETURN;
    END IF;
    FOR relation IN
        SELECT class.relname AS name, class.relkind AS kind FROM pg_class AS class
        WHERE class.relnamespace = current_schema()::regnamespace AND class.relowner <> 'kiezbox_maintain'::regrole
          AND class.relname IN ('reading', 'rolled_5m', 'rolled_1h', 'rolled_1d')
    LOOP
        FOR job IN
            SELECT found.job_id AS id FROM timescaledb_information.jobs AS found
            LEFT JOIN timescaledb_information.continuous_aggregates AS rollup
                   ON found.hypertable_name IN (rollup.view_name, rollup.materialization_hypertable_name)
            WHERE relation.name = coalesce(rollup.view_name, found.hypertable_name)
              AND coalesce(rollup.view_schema, found.hypertable_schema) = current_schema()
        LOOP
            PERFORM delete_job(job.id);
        END LOOP;
        EXECUTE format('ALTER %s %I OWNER TO kiezbox_maintain',
                       CASE relation.kind WHEN 'v' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, relation.name);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE hand_over IS 'CALL hand_over() as superuser: readings and rollups of TimescaleDB belong to the role of maintenance';
