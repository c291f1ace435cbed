-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[], $4 delay_s int[], $5 flag smallint[]
-- For replays: what is there already stays as it is. Returns the keys that were new.
INSERT INTO reading (series, measured_at, value, delay_s, flag)
SELECT * FROM unnest($1::text::int[], $2::text::timestamptz[], $3::text::float8[], $4::text::int[], $5::text::smallint[])
ON CONFLICT DO NOTHING
RETURNING series, measured_at
