-- The log's name. No parameters.
SELECT id FROM log
