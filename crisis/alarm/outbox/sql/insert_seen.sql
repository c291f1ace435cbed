-- :opening blob, :person text, :chain_ms int, :by text: when somebody had read it, by the chain's clock; the first word counts
INSERT INTO seen (opening, person, chain_ms, by) VALUES (:opening, :person, :chain_ms, :by) ON CONFLICT DO NOTHING
