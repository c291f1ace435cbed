-- All readings with their boxes, for conditions on Observations of another entity: the caller's condition on `series` and on
-- measured_at makes it a step in the index. What is listed as Observations comes from observations.sql.
SELECT reading.series, series.box, reading.measured_at, reading.value, reading.flag, reading.delay_s
FROM reading
JOIN series ON series.id = reading.series
JOIN public_box AS box ON box.id = series.box
