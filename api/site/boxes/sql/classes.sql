-- $1 quantities text[]
SELECT quantity, statistic, class, source, lower(span)::float8 AS low, lower_inc(span) AS has_low, upper(span)::float8 AS high, upper_inc(span) AS has_high
FROM quantity_class
WHERE quantity = ANY ($1::text[]) AND statistic IN ('newest', 'day_mean', 'hour_mean')
ORDER BY quantity, statistic, span
