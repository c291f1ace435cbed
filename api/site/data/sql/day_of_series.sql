-- $1 series int[], $2 from timestamptz, $3 to timestamptz (excluded): what a box measured, as readings.sql gives it
SELECT reading.series, series.box, series.source, series.quantity, quantity.unit, reading.value, reading.flag,
       reading.measured_at, reading.measured_at + reading.delay_s * INTERVAL '1 second' AS received_at
FROM reading
JOIN series ON series.id = reading.series
JOIN quantity ON quantity.name = series.quantity
WHERE reading.series = ANY ($1::int[]) AND reading.measured_at >= $2::timestamptz AND reading.measured_at < $3::timestamptz
ORDER BY reading.measured_at, reading.series
