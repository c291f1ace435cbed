-- All roles: whoever sets them inserts the new ones in the same transaction. No parameters.
DELETE FROM factor_required
