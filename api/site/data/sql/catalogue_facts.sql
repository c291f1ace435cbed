-- What the catalogue says of the data as a whole (each NULL where there is none): since when boxes were heard, of when the newest
-- reading is, and the rectangle in which their public places lie.
SELECT min(first_seen) AS since,
       (SELECT max(latest.measured_at)
        FROM latest JOIN series ON series.id = latest.series JOIN public_box AS box ON box.id = series.box) AS newest,
       min(longitude) AS west, min(latitude) AS south, max(longitude) AS east, max(latitude) AS north
FROM public_box
