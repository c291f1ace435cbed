-- :event blob: a UUID; :actor text, :change text, :account text, :detail text: JSON
INSERT INTO outbox (event, actor, change, account, detail) VALUES (:event, :actor, :change, :account, :detail)
