-- How far hours and days are stored, 1970 where nothing is. Locked, so that the zone does not change meanwhile.
SELECT greatest(progress.late_before, 'epoch') AS late_before, greatest(progress.hours_until, 'epoch') AS hours_until,
       greatest(progress.days_until, 'epoch') AS days_until, greatest(progress.utc_days_until, 'epoch') AS utc_days_until,
       civil.name AS zone
FROM rollup_progress AS progress CROSS JOIN civil_zone AS civil
FOR UPDATE OF progress
