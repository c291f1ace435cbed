-- ?1 reason, ?2 at (ms), ?3 box, ?4 boot, ?5 seq
INSERT INTO dead_letter (box, boot, seq, reason, at, readings, samples)
SELECT box, boot, seq, ?1, ?2, readings, samples FROM message WHERE (box, boot, seq) = (?3, ?4, ?5)
