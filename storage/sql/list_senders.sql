SELECT id, format, boxes, note, created_at, created_by, revoked_at, revoked_by, heard_at FROM input_sender ORDER BY id
