-- $1 quantity text
SELECT limit_value.source, limit_source.kind, limit_source.title, limit_source.url, limit_value.averaging_time,
       limit_value.threshold, limit_value.allowed_exceedances, limit_value.data_capture, limit_value.valid_from,
       limit_value.valid_until
FROM limit_value
JOIN limit_source ON limit_source.name = limit_value.source
WHERE limit_value.quantity = $1
ORDER BY limit_source.kind, limit_value.source, limit_value.valid_from, limit_value.averaging_time
