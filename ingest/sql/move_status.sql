-- $1 box text, $2 received_at timestamptz, $3 at timestamptz: a status that was stored without its own time, which was rejected, gets it
UPDATE status SET at = $3
WHERE box = $1 AND at = $2 AND received_at = $2
  AND NOT EXISTS (SELECT FROM status AS other WHERE other.box = $1 AND other.at = $3)
