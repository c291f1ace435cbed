-- The ledgers of all boxes, added up, in the order of the fields of Ledger.
SELECT coalesce(sum(waiting_messages), 0), coalesce(sum(waiting_readings), 0), coalesce(sum(waiting_bytes), 0),
       coalesce(sum(made_messages), 0), coalesce(sum(made_readings), 0), coalesce(sum(stored_messages), 0),
       coalesce(sum(stored_readings), 0), coalesce(sum(dropped_messages), 0),
       coalesce(sum(dropped_readings), 0), coalesce(sum(rejected_messages), 0),
       coalesce(sum(rejected_readings), 0)
FROM box
