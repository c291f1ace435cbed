-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[], $4 flag smallint[], $5 received_at timestamptz[]
-- Newest means newest measured, never last received: a replay of old readings changes nothing here.
INSERT INTO latest AS l (series, measured_at, value, flag, received_at)
SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::float8[], $4::smallint[], $5::timestamptz[])
ON CONFLICT (series) DO UPDATE
SET (measured_at, value, flag, received_at) = (excluded.measured_at, excluded.value, excluded.flag, excluded.received_at)
WHERE excluded.measured_at > l.measured_at
