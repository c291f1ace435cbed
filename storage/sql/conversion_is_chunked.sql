-- Whether `reading_before` is a hypertable: a database may have gained TimescaleDB since it was made.
SELECT EXISTS (SELECT FROM timescaledb_information.hypertables
               WHERE hypertable_schema = current_schema() AND hypertable_name = 'reading_before')
