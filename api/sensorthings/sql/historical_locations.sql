-- Boxes stay where they are: no history of positions is kept, and the set is empty.
SELECT NULL::text AS key, NULL::text AS box, NULL::timestamptz AS "time" WHERE false
