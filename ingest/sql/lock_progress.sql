-- Its parameters are arrays as text (ingest/arrays.py).
-- $1 box text[], $2 boot text[]
-- Returns how many messages of each start of a box are missing so far, and locks these rows until the commit.
SELECT p.box, p.boot,
       CASE WHEN isempty(p.missing) THEN 0
            ELSE (SELECT sum(upper(r) - lower(r))::bigint FROM unnest(p.missing) AS r) END AS lost
FROM progress AS p
JOIN unnest($1::text::text[], $2::text::text[]) AS t (box, boot) USING (box, boot)
ORDER BY p.box, p.boot
FOR UPDATE OF p
