-- How each backup ended last: cron, a timer or a person notes it (kiezbox backup), since nobody here makes backups by itself.
CREATE TABLE backup (
    name         text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
    every        interval NOT NULL CHECK (every > INTERVAL '0'),  -- how often it should succeed
    noted_at     timestamptz NOT NULL DEFAULT now(),              -- when it was noted first
    succeeded_at timestamptz,
    failed_at    timestamptz,                -- when it failed last; it still fails when that is the later one
    failures     bigint NOT NULL DEFAULT 0,  -- since it was noted first
    failure      text                        -- what its program said
);
COMMENT ON TABLE backup IS 'How each backup ended last, as kiezbox backup was told';

-- A backup fails when its newest run failed, or when none succeeded for a quarter longer than it should take. It runs with its owner's
-- rights, as upkeep_state: dashboards, the list of alarms and their alert may ask.
CREATE FUNCTION backup_state() RETURNS TABLE (
    name text, every interval, succeeded_at timestamptz, failed_at timestamptz, failures bigint, failure text, is_failing boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
SELECT b.name, b.every, b.succeeded_at, b.failed_at, b.failures,
       CASE WHEN state.has_failed THEN b.failure WHEN state.is_overdue THEN 'it is overdue: nothing was noted since' ELSE b.failure END,
       state.has_failed OR state.is_overdue
FROM backup AS b
CROSS JOIN LATERAL (
    SELECT coalesce(b.failed_at > coalesce(b.succeeded_at, '-infinity'), false) AS has_failed,
           coalesce(b.succeeded_at, b.noted_at) + b.every * 1.25 < now() AS is_overdue
) AS state
$$;
COMMENT ON FUNCTION backup_state IS 'Backups: last success, failures, and whether they fail or are overdue now';
