-- The box now: what feeds it and for how long, and when it was heard.
SELECT box.state, number_text(box.battery_percent::numeric, 0, ${language:sqlstring}) || ' %' || coalesce(
           CASE ${language:sqlstring} WHEN 'en' THEN ', lasts ' ELSE ', reicht ' END || duration_text(box.hours_left::float8 * 3600), '') AS battery,
       duration_text(greatest(0, extract(epoch FROM now() - box.heard_at)::float8)) AS age
FROM box_state AS box
WHERE box.id = ANY(ARRAY[${box:sqlstring}]::text[])
