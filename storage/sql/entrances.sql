-- $1 roles text[], $2 schema text, $3 functions text[] with their parameters' types
-- Whether each role may use the schema (function is null), and may call each of these functions that is there.
SELECT role, NULL::text AS function, has_schema_privilege(role, $2::text, 'USAGE') AS may FROM unnest($1::text[]) AS role
UNION ALL
SELECT role, function, has_function_privilege(role, function, 'EXECUTE')
FROM unnest($1::text[]) AS role CROSS JOIN unnest($3::text[]) AS function
WHERE to_regprocedure(function) IS NOT NULL
