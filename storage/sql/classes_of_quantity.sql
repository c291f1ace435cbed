-- $1 quantity text
SELECT quantity_class.statistic, quantity_class.class, quantity_class.span::text AS span, quantity_class.source,
       limit_source.title
FROM quantity_class
JOIN limit_source ON limit_source.name = quantity_class.source
WHERE quantity_class.quantity = $1
ORDER BY quantity_class.statistic, quantity_class.span
