-- ?1 box. Its oldest message, with how much of it waits in all.
SELECT waiting_messages, waiting_bytes, boot, seq, first_at
FROM box JOIN message ON message.box = box.id
WHERE box.id = ?1 ORDER BY message.id LIMIT 1
