-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 series int[], $2 measured_at timestamptz[], $3 value int[], $4 delay_s int[], $5 decimals smallint[], $6 averaging smallint[],
-- $7 flag smallint[], $8 fine float8[]
-- For replays: what is there already stays as it is. Returns the keys that were new.
INSERT INTO stored_reading (series, measured_at, value, delay_s, decimals, averaging, flag, fine)
SELECT * FROM unnest($1::text::int[], $2::text::timestamptz[], $3::text::int[], $4::text::int[], $5::text::smallint[], $6::text::smallint[],
                     $7::text::smallint[], $8::text::float8[])
ON CONFLICT DO NOTHING
RETURNING series, measured_at
