SELECT id, alarm, opening, person, step, sort, only, state, channel, tried, attempts, unsure, failing, made_chain_ms, sent_ms, reason,
       counted_in, is_noted
FROM message WHERE is_noted = 0 AND state IN ('sent', 'unsure') ORDER BY sent_ms
