-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[]: duplicates, with the value they came with.
-- Returns the places (from 1) of those whose stored value differs.
SELECT t.ordinality
FROM unnest($1::text::int[], $2::text::timestamptz[], $3::text::float8[]) WITH ORDINALITY AS t (series, measured_at, value, ordinality)
JOIN reading AS r USING (series, measured_at)
WHERE r.value IS DISTINCT FROM t.value
