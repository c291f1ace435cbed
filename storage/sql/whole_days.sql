-- $1 zone text, $2 since timestamptz (a midnight), $3 before timestamptz, $4 days int: the midnight so many days on, no later than
-- the one at or before $3
SELECT least(date_trunc('day', $3::timestamptz, $1::text),
             (date_trunc('day', $2::timestamptz AT TIME ZONE $1) + $4::int * INTERVAL '1 day') AT TIME ZONE $1)
