-- The roles that need a second factor. No parameters.
SELECT role, since_ms, by FROM factor_required ORDER BY role
