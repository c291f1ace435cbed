-- For each parent: rows of a set that fulfil the conditions, in order, with a limit. What is `extra` is computed for these rows only.
SELECT parent.number AS parent, shown.*{extra}
FROM unnest({parents}) WITH ORDINALITY AS parent (link, number)
CROSS JOIN LATERAL (
    SELECT t.*, row_number() OVER (ORDER BY {order}) AS position
    FROM {source} AS t
    WHERE {conditions}
    ORDER BY {order}
    LIMIT {limit} OFFSET {skip}
) AS shown
ORDER BY parent.number, shown.position
