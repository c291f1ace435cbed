-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[], $4 delay_s int[], $5 flag smallint[]
-- The way for replays: what is there already stays as it is. Returns the keys that were new.
INSERT INTO reading (series, measured_at, value, delay_s, flag)
SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::float8[], $4::int[], $5::smallint[])
ON CONFLICT DO NOTHING
RETURNING series, measured_at
