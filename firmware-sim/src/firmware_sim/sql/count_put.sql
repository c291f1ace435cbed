-- ?1 last_at (ms), ?2 messages, ?3 readings, ?4 bytes, ?5 lost messages, ?6 lost readings, ?7 box
UPDATE box
SET last_at = max(last_at, ?1),
    waiting_messages = waiting_messages + ?2, waiting_readings = waiting_readings + ?3, waiting_bytes = waiting_bytes + ?4,
    made_messages = made_messages + ?2 + ?5, made_readings = made_readings + ?3 + ?6,
    dropped_messages = dropped_messages + ?5, dropped_readings = dropped_readings + ?6
WHERE id = ?7
