-- $1 quantities text[], $2 day date: the limits that are valid on it
SELECT limit_value.quantity, limit_value.source, limit_value.averaging_time, limit_value.threshold, limit_value.data_capture
FROM limit_value
WHERE limit_value.quantity = ANY ($1::text[]) AND limit_value.valid_from <= $2::date
  AND (limit_value.valid_until IS NULL OR limit_value.valid_until >= $2::date)
ORDER BY limit_value.quantity, limit_value.threshold
