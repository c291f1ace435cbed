-- For each parent: how many rows of a set fulfil the conditions.
SELECT parent.number AS parent, (SELECT count(*) FROM {source} AS t WHERE {conditions}) AS count
FROM unnest({parents}) WITH ORDINALITY AS parent (link, number)
ORDER BY parent.number
