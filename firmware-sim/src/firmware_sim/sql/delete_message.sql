-- ?1 box, ?2 boot, ?3 seq, ?4 id of a message that must stay (0: none)
DELETE FROM message WHERE (box, boot, seq) = (?1, ?2, ?3) AND id <> ?4
RETURNING readings, length(samples)
