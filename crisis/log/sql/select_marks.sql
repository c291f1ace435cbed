-- No parameters.
SELECT name, value FROM mark
