-- What is left of the readings from before 0028_stored_reading; no row: nothing. `since` is null as long as nothing is converted.
SELECT CASE WHEN isfinite(converted_until) THEN converted_until END AS since,
       CASE WHEN isfinite(closed_until) THEN closed_until END AS closed_until,
       CASE WHEN isfinite(newest_at) THEN newest_at END AS newest_at,
       began_at, converted, bytes_before
FROM conversion
