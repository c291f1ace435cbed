-- $1 roles text[]: what these roles may do with the relations of this schema and with columns of them, as far as it is granted to
-- themselves; nothing of relations that they own.
SELECT class.relname::text AS relation, role.rolname::text AS role, lower(acl.privilege_type) AS verb, NULL::text AS column
FROM pg_class AS class
CROSS JOIN LATERAL aclexplode(class.relacl) AS acl
JOIN pg_roles AS role ON role.oid = acl.grantee
WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'v', 'm', 'p')
  AND role.rolname = ANY ($1::text[]) AND class.relowner <> role.oid
UNION ALL
SELECT class.relname::text, role.rolname::text, lower(acl.privilege_type), attribute.attname::text
FROM pg_class AS class
JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0
CROSS JOIN LATERAL aclexplode(attribute.attacl) AS acl
JOIN pg_roles AS role ON role.oid = acl.grantee
WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'v', 'm', 'p')
  AND role.rolname = ANY ($1::text[]) AND class.relowner <> role.oid
