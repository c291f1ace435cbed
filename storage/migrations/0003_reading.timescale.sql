-- With TimescaleDB `reading` is a hypertable of one-day chunks; a plain database's rows move along.
SELECT create_hypertable('reading', by_range('measured_at', INTERVAL '1 day'), create_default_indexes => false, migrate_data => true);
