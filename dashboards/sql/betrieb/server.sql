-- The versions of the database's programs, and for how long it has been running.
SELECT split_part(current_setting('server_version'), ' ', 1) AS postgres,
       coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), '-') AS timescaledb,
       duration_text(greatest(0, extract(epoch FROM now() - pg_postmaster_start_time())::float8)) AS age
