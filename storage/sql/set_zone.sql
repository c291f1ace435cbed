-- $1 zone text
WITH changed AS (UPDATE civil_zone SET name = $1::text),
     removed AS (DELETE FROM rolled_1d WHERE NOT is_utc)
UPDATE rollup_progress SET days_until = '-infinity'
