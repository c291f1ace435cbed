-- Functions of ours that name their own search_path look into temporary tables last. Else whoever may make a temporary table
-- named like one of ours has these functions read it, with their owner's rights, and run what is in it (SECURITY DEFINER).
-- Migrations that a database gains later with TimescaleDB run with such a path as well (storage/migrate.py).
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT function.oid::regprocedure AS signature FROM pg_proc AS function, unnest(function.proconfig) AS setting
        WHERE function.pronamespace = current_schema()::regnamespace AND setting LIKE 'search\_path=%'
          AND NOT EXISTS (SELECT FROM pg_depend AS extension WHERE extension.objid = function.oid AND extension.deptype = 'e')
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET search_path FROM CURRENT', found.signature);
    END LOOP;
END
$$;
