-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 series int[], $2 measured_at float8[], $3 value float8[], $4 flag smallint[], $5 received_at float8[]: times are Unix seconds
-- Newest means newest measured, never last received: a replay of old readings changes nothing here.
INSERT INTO latest AS l (series, measured_at, value, flag, received_at)
SELECT series, to_timestamp(measured), value, flag, to_timestamp(received)
FROM unnest($1::text::int[], $2::text::float8[], $3::text::float8[], $4::text::smallint[], $5::text::float8[])
    AS t (series, measured, value, flag, received)
ON CONFLICT (series) DO UPDATE
SET (measured_at, value, flag, received_at) = (excluded.measured_at, excluded.value, excluded.flag, excluded.received_at)
WHERE excluded.measured_at > l.measured_at
