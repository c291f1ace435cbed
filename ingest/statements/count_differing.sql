-- $1 series int[], $2 measured_at timestamptz[], $3 value float8[]: duplicates, with the value they came with
SELECT t.series, t.measured_at
FROM unnest($1::int[], $2::timestamptz[], $3::float8[]) AS t (series, measured_at, value)
JOIN reading AS r USING (series, measured_at)
WHERE r.value IS DISTINCT FROM t.value
