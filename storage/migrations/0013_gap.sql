-- Since when something is missing: the few minutes in which a box's gaps opened or closed, without reading all of the books.
CREATE INDEX message_ledger_gap ON message_ledger (box, minute) WHERE messages_lost <> 0;
