-- $1 since timestamptz, $2 until timestamptz: late readings of a day that was gone were folded; hours that are stored are made anew
INSERT INTO late_hour (series, bucket)
SELECT DISTINCT series, date_bin('1 hour', measured_at, '2000-01-01 00:00:00+00')
FROM stored_reading WHERE measured_at >= $1::timestamptz AND measured_at < $2::timestamptz
