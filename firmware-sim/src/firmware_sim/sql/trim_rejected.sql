-- ?1 box, ?2 how many of its dead letters are kept: the newest
DELETE FROM dead_letter
WHERE box = ?1 AND id <= (SELECT id FROM dead_letter WHERE box = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
