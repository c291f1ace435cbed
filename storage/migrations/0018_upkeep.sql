-- How each part of maintenance ended last (storage/maintenance.py), for kiezbox doctor and for the alert.
CREATE TABLE maintenance_part (
    part         text PRIMARY KEY,
    succeeded_at timestamptz,
    failed_at    timestamptz,                -- when it failed last; it still fails when that is the later one
    failures     bigint NOT NULL DEFAULT 0,  -- since the database was made
    failure      text                        -- what the server said
);
COMMENT ON TABLE maintenance_part IS 'How each part of maintenance ended last';

-- The parts of maintenance and, on TimescaleDB, the background jobs of its policies (0018_upkeep.timescale.sql). It runs with its
-- owner's rights, so that dashboards and their alert may ask. A function and no view: nothing of ours may depend on
-- TimescaleDB's own views, which ALTER EXTENSION timescaledb UPDATE drops and makes anew.
CREATE FUNCTION upkeep_state() RETURNS TABLE (
    kind text, part text, succeeded_at timestamptz, failed_at timestamptz, failures bigint, failure text, is_failing boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT 'maintenance', m.part, m.succeeded_at, m.failed_at, m.failures, m.failure,
       coalesce(m.failed_at > coalesce(m.succeeded_at, '-infinity'), false)
FROM maintenance_part AS m
$$;
COMMENT ON FUNCTION upkeep_state IS 'Parts of maintenance and background jobs of the database: last success, failures, and whether they fail now';
