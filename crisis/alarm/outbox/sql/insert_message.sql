-- :id blob, :alarm text, :opening blob, :person text, :step int, :sort text, :only text, :state text, :made_chain_ms int
INSERT INTO message (id, alarm, opening, person, step, sort, only, state, made_chain_ms)
VALUES (:id, :alarm, :opening, :person, :step, :sort, :only, :state, :made_chain_ms)
ON CONFLICT (id) DO NOTHING
