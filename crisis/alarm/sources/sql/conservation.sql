-- Messages and readings of the last day that the ledger does not account for. It is 0, or a bug.
SELECT (abs(sum(messages_received - messages_stored - messages_duplicate - messages_rejected))
        + abs(sum(readings_received - readings_stored - readings_duplicate - readings_rejected)))::float8 AS missing
FROM message_ledger
WHERE minute > now() - INTERVAL '1 day'
HAVING count(*) > 0
