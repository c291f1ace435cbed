-- $1 box text: the name in the ledger of messages that were never meant for us. How many of them the ledger counts.
SELECT coalesce(sum(messages_received), 0)::bigint AS messages FROM message_ledger WHERE box = $1
