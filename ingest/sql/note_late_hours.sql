-- $1 series text (int[]), $2 hour text (int[]), since 1970: hours that are stored and got readings now; maintenance makes them anew
INSERT INTO late_hour (series, bucket)
SELECT late.series, to_timestamp(late.hour * 3600::float8) FROM unnest($1::text::int[], $2::text::int[]) AS late (series, hour)
