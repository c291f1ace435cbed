-- What is materialized is read from where it is kept, and the rest from the readings: in the view of a continuous aggregate both have
-- the expressions of all kinds of means, and each works the value out anew. Bounds, and how far the rollup is materialized, are
-- constants where the inner statement is planned. `since` and `until` are whole five minutes.
CREATE OR REPLACE FUNCTION shares_5m_between(of_series integer[], since timestamptz, until timestamptz, averaging smallint, has_last boolean) RETURNS TABLE (
    series integer, bucket timestamptz, total float8, sine float8, length float8, min float8, max float8, count float8, last float8,
    is_by_message boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    is_rolled    boolean;
    relation     text;
    rolled_until timestamptz;
    columns      text := CASE averaging WHEN 3 THEN 'total, sine, CASE WHEN count = 1 THEN 1 WHEN total * total + sine * sine >= 1e-18::float8 * count * count'
                                                    ' THEN sqrt(total * total + sine * sine) END, '
                                        ELSE 'total, NULL::float8, NULL::float8, ' END
                      || CASE WHEN has_last THEN 'min, max, count::float8, last, false' ELSE 'min, max, count::float8, NULL::float8, false' END;
    parts        text := '';
BEGIN
    SELECT progress.archived_until <= since AND NOT EXISTS (SELECT FROM conversion)
           AND NOT EXISTS (SELECT FROM retention WHERE retention.relation = 'reading' AND retention.since > shares_5m_between.since),
           format('%I.%I', kept.schema_name, kept.table_name),
           coalesce(_timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(kept.id)), '-infinity')
    INTO is_rolled, relation, rolled_until
    FROM rollup_progress AS progress, _timescaledb_catalog.continuous_agg AS rollup
    JOIN _timescaledb_catalog.hypertable AS kept ON kept.id = rollup.mat_hypertable_id
    WHERE rollup.user_view_schema = current_schema() AND rollup.user_view_name = 'rolled_5m';
    IF is_rolled IS NOT TRUE THEN
        RETURN QUERY SELECT part.series, part.bucket, part.total, part.sine, part.length, part.min, part.max, part.count, part.last,
                            part.is_by_message FROM shares_5m_mended($1, $2, $3, $4) AS part;
        RETURN;
    END IF;
    IF since < rolled_until THEN
        parts := 'SELECT series, bucket, ' || columns || ' FROM ' || relation
                 || ' WHERE series = ANY ($1) AND bucket >= $2 AND bucket < least($3, $4)';
    END IF;
    IF until > rolled_until THEN
        parts := parts || CASE parts WHEN '' THEN '' ELSE ' UNION ALL ' END
            || 'SELECT series, bucket, ' || columns || ' FROM (SELECT series, time_bucket(''5 minutes'', measured_at) AS bucket, '
            || CASE averaging WHEN 3 THEN 'sum(cos(value * 0.017453292519943295)) AS total, sum(sin(value * 0.017453292519943295)) AS sine, '
                              WHEN 2 THEN 'sum(exp(least(greatest(value, -1000), 1000) * 0.23025850929940457)) AS total, '
                              ELSE 'sum(value) AS total, ' END
            || CASE WHEN has_last THEN 'last(value, measured_at) AS last, ' ELSE '' END
            || 'min(value) AS min, max(value) AS max, count(*) AS count'
               ' FROM (SELECT series, measured_at, reading_value(value, decimals, fine) AS value FROM stored_reading'
               ' WHERE series = ANY ($1) AND measured_at >= greatest($2, $4) AND measured_at < $3 OFFSET 0) AS kept GROUP BY 1, 2) AS now';
    END IF;
    RETURN QUERY EXECUTE parts USING of_series, since, until, rolled_until;
END
$$;
