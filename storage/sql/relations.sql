-- No parameters: every table and view of ours, with its owner. What TimescaleDB keeps behind them is in schemas of its own.
SELECT class.relname::text AS relation, pg_get_userbyid(class.relowner)::text AS owner
FROM pg_class AS class
WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'v', 'm', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = class.oid AND deptype = 'e')
ORDER BY 1
