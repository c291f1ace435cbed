-- ?1 box. The ledger of one box, in the order of the fields of Ledger.
SELECT waiting_messages, waiting_readings, waiting_bytes, made_messages, made_readings, stored_messages,
       stored_readings, dropped_messages, dropped_readings, rejected_messages, rejected_readings
FROM box WHERE id = ?1
