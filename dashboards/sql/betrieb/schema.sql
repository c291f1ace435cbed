-- The newest migration, and those that wait for TimescaleDB.
SELECT split_part((array_agg(name ORDER BY name DESC) FILTER (WHERE applied_at IS NOT NULL))[1], '_', 1) AS newest,
       count(*) FILTER (WHERE applied_at IS NULL)::float8 AS pending,
       duration_text(greatest(0, extract(epoch FROM now() - max(applied_at))::float8)) AS age
FROM schema_migration
