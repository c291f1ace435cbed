SELECT box AS id, last_seen FROM sender_without_credential ORDER BY box
