-- ?1 readings, ?2 bytes, ?3 box, ?4 where it went: 'stored', 'dropped' or 'rejected'. One message leaves the outbox.
UPDATE box
SET waiting_messages = waiting_messages - 1, waiting_readings = waiting_readings - ?1, waiting_bytes = waiting_bytes - ?2,
    stored_messages = stored_messages + (?4 = 'stored'), stored_readings = stored_readings + ?1 * (?4 = 'stored'),
    dropped_messages = dropped_messages + (?4 = 'dropped'), dropped_readings = dropped_readings + ?1 * (?4 = 'dropped'),
    rejected_messages = rejected_messages + (?4 = 'rejected'), rejected_readings = rejected_readings + ?1 * (?4 = 'rejected')
WHERE id = ?3
