-- $1 measured_at timestamptz[], $2 value float8[], $3 series int[], $4 delay_s int[], $5 flag smallint[]
-- The way for replays: what is there already stays as it is. Returns the keys that were new.
INSERT INTO reading (measured_at, value, series, delay_s, flag)
SELECT * FROM unnest($1::timestamptz[], $2::float8[], $3::int[], $4::int[], $5::smallint[])
ON CONFLICT DO NOTHING
RETURNING series, measured_at
