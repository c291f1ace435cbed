-- $1 log uuid, $2 seq int8: everything up to there is in crisis_event
INSERT INTO crisis_copied AS c (log, seq)
VALUES ($1, $2)
ON CONFLICT (log) DO UPDATE SET (seq, at) = (greatest(c.seq, excluded.seq), now())
