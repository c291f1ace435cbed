-- Conflicts with the key share of rows that refer to a quantity: a new series waits, and so does another operator.
SELECT name FROM quantity ORDER BY name FOR UPDATE
