-- A row if there is any account. No parameters.
SELECT 1 FROM account LIMIT 1
