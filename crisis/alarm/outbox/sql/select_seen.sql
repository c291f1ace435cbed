SELECT seen.opening, seen.person, seen.chain_ms, seen.by FROM seen JOIN alarm ON alarm.opening = seen.opening WHERE alarm.closed_ms IS NULL
