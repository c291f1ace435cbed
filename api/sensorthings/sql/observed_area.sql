-- The bounding box of the places where a box stood while it measured a Datastream, the row {0}: most often of one place. A place
-- counts until the next one began, and the earliest also for everything before it.
(
    SELECT box(point(min(stood.longitude), min(stood.latitude)), point(max(stood.longitude), max(stood.latitude)))
    FROM public_place AS stood
    WHERE stood.box = {0}.box
      AND (stood.since <= {0}.until
           OR NOT EXISTS (SELECT FROM public_place AS earlier WHERE earlier.box = stood.box AND earlier.since < stood.since))
      AND NOT EXISTS (
          SELECT FROM public_place AS later
          WHERE later.box = stood.box AND later.since > stood.since
            AND later.since <= (SELECT reading.measured_at FROM reading WHERE reading.series = {0}.series
                                ORDER BY reading.measured_at LIMIT 1)
      )
)
