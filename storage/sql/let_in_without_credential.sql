SELECT box AS id, last_seen FROM sender_without_credential WHERE is_let_in ORDER BY box
