-- As upsert_latest.sql, for a batch that is mostly older than what is known: a series that has a newer value is left out before its
-- row is locked, which takes half of the time. In the order of series, so that two workers never wait for each other.
-- $1 series int[], $2 measured_at float8[], $3 value float8[], $4 flag smallint[], $5 received_at float8[]: times are Unix seconds
INSERT INTO latest AS l (series, measured_at, value, flag, received_at)
SELECT new.series, new.measured_at, new.value, new.flag, new.received_at
FROM (
    SELECT series, to_timestamp(measured) AS measured_at, value, flag, to_timestamp(received) AS received_at
    FROM unnest($1::text::int[], $2::text::float8[], $3::text::float8[], $4::text::smallint[], $5::text::float8[])
        AS t (series, measured, value, flag, received)
) AS new
LEFT JOIN latest AS known ON known.series = new.series
WHERE known.series IS NULL OR known.measured_at < new.measured_at
ORDER BY new.series
ON CONFLICT (series) DO UPDATE
SET (measured_at, value, flag, received_at) = (excluded.measured_at, excluded.value, excluded.flag, excluded.received_at)
WHERE excluded.measured_at > l.measured_at
