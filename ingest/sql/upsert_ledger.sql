-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 minute timestamptz[], $2 box text[]; all others bigint[]: $3 messages_received, $4 messages_stored, $5 messages_duplicate,
-- $6 messages_rejected, $7 readings_received, $8 readings_stored, $9 readings_duplicate, $10 readings_rejected,
-- $11 readings_differing, $12 messages_lost. They are added to what the entry of that minute and box has.
INSERT INTO message_ledger AS l (
    minute, box, messages_received, messages_stored, messages_duplicate, messages_rejected,
    readings_received, readings_stored, readings_duplicate, readings_rejected, readings_differing, messages_lost)
SELECT * FROM unnest($1::text::timestamptz[], $2::text::text[], $3::text::bigint[], $4::text::bigint[], $5::text::bigint[],
                     $6::text::bigint[], $7::text::bigint[], $8::text::bigint[], $9::text::bigint[], $10::text::bigint[],
                     $11::text::bigint[], $12::text::bigint[])
ON CONFLICT (minute, box) DO UPDATE SET
    messages_received = l.messages_received + excluded.messages_received,
    messages_stored = l.messages_stored + excluded.messages_stored,
    messages_duplicate = l.messages_duplicate + excluded.messages_duplicate,
    messages_rejected = l.messages_rejected + excluded.messages_rejected,
    readings_received = l.readings_received + excluded.readings_received,
    readings_stored = l.readings_stored + excluded.readings_stored,
    readings_duplicate = l.readings_duplicate + excluded.readings_duplicate,
    readings_rejected = l.readings_rejected + excluded.readings_rejected,
    readings_differing = l.readings_differing + excluded.readings_differing,
    messages_lost = l.messages_lost + excluded.messages_lost
