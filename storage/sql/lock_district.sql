-- $1 the number of a district: its name, which nobody else changes until the transaction ends
SELECT name FROM district WHERE id = $1 FOR UPDATE
