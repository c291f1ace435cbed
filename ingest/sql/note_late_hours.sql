-- $1 series text (int[]), $2 bucket text (timestamptz[]): hours that are stored and got readings now; maintenance makes them anew
INSERT INTO late_hour (series, bucket)
SELECT late.series, late.bucket FROM unnest($1::text::int[], $2::text::timestamptz[]) AS late (series, bucket)
