-- For each parent: how many rows of a set fulfil the conditions.
SELECT parent.place AS parent, (SELECT count(*) FROM {source} AS t WHERE {conditions}) AS count
FROM unnest({parents}) WITH ORDINALITY AS parent (link, place)
ORDER BY parent.place
