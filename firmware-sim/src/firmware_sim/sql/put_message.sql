-- ?1 box, ?2 boot, ?3 seq, ?4 first_at (ms), ?5 readings, ?6 samples. The same message again replaces it: it has grown.
INSERT INTO message (box, boot, seq, first_at, readings, samples) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (box, boot, seq) DO UPDATE SET (readings, samples) = (excluded.readings, excluded.samples)
RETURNING id
