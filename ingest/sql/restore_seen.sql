-- $1 box text[], $2 received_at timestamptz[]: by the hub's clock, which was behind, $3 right_at timestamptz[]: when that was by the box's
-- The first time that a box was seen moves as far as that clock was behind, if it was written down by it: within the hour before or
-- after, and before any time of the clock that is right.
WITH heard AS (
    SELECT box, right_at, right_at - received_at AS behind,
           tstzrange(received_at - INTERVAL '1 hour', received_at + least(right_at - received_at, INTERVAL '1 hour')) AS wrong
    FROM unnest($1::text::text[], $2::text::timestamptz[], $3::text::timestamptz[]) AS t (box, received_at, right_at)
), seen AS (
    UPDATE box SET
        first_seen = CASE WHEN first_seen <@ wrong THEN first_seen + behind ELSE first_seen END,
        located_at = CASE WHEN located_at <@ wrong THEN located_at + behind ELSE located_at END,
        last_seen = greatest(last_seen, right_at)
    FROM heard WHERE id = heard.box
)
UPDATE place SET since = since + behind
FROM heard
WHERE place.box = heard.box AND since <@ wrong
  AND NOT EXISTS (SELECT FROM place AS other WHERE other.box = place.box AND other.since = place.since + behind)
