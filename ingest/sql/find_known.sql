-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[]: readings, with the value they came with;
-- $4 since timestamptz, $5 until timestamptz: all of them were measured in this day; $6 series int[]: their series, each once.
-- With these two bounds the statement reads this day of these series at the most, however long the history is: one chunk, or
-- a range of the index for each series.
-- Returns the places (from 1) of those that are stored already, and of these the ones whose stored value is another one.
SELECT coalesce(array_agg(t.ordinality), '{}') AS known,
       coalesce(array_agg(t.ordinality) FILTER (WHERE r.value IS DISTINCT FROM t.value), '{}') AS differing
FROM unnest($1::text::int[], $2::text::timestamptz[], $3::text::float8[]) WITH ORDINALITY AS t (series, measured_at, value, ordinality)
JOIN reading AS r ON r.series = t.series AND r.measured_at = t.measured_at
WHERE r.series = ANY ($6::int[]) AND r.measured_at >= $4::timestamptz AND r.measured_at < $5::timestamptz
