-- The newest migration, and those that wait for TimescaleDB.
SELECT (array_agg(name ORDER BY name DESC) FILTER (WHERE applied_at IS NOT NULL))[1] AS newest,
       count(*) FILTER (WHERE applied_at IS NULL)::float8 AS pending,
       split_part(current_setting('server_version'), ' ', 1) AS postgres,
       coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), '-') AS timescaledb,
       extract(epoch FROM now() - max(applied_at))::float8 AS age_s
FROM schema_migration
