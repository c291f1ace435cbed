-- :alarm text, :opening blob
SELECT id, alarm, opening, person, step, sort, only, state, channel, tried, attempts, unsure, failing, made_chain_ms, sent_ms, reason,
       counted_in, is_noted
FROM message WHERE alarm = :alarm AND opening = :opening ORDER BY made_chain_ms, person
