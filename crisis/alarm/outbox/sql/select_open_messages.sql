SELECT message.id, message.alarm, message.opening, person, step, sort, only, state, channel, tried, attempts, unsure, failing,
       made_chain_ms, sent_ms, reason, counted_in, message.is_noted
FROM message JOIN alarm ON alarm.name = message.alarm AND alarm.opening = message.opening
WHERE alarm.closed_ms IS NULL
ORDER BY made_chain_ms, person
