-- No parameters.
UPDATE node SET (certificate, serial, until_at) = (NULL, NULL, NULL)
