-- What was sent to which box. No parameters.
SELECT account, box, digest, sealed_ms, taken_ms FROM sealed ORDER BY account, box
