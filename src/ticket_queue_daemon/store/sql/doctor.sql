-- missing_rights --
-- Which of these rights the connected user does not have. By pg_class and not by regclass: a name in a
-- schema that the user may not use can't be looked up as one.
SELECT kind, name, privilege, column_name
FROM unnest(
    %(kinds)s::text[], %(names)s::text[], %(privileges)s::text[], %(columns)s::text[]
) WITH ORDINALITY AS needed (kind, name, privilege, column_name, place)
LEFT JOIN LATERAL (
    SELECT class.oid
    FROM pg_class class
    JOIN pg_namespace space ON space.oid = class.relnamespace
    WHERE space.nspname = split_part(name, '.', 1) AND class.relname = split_part(name, '.', 2)
) AS found ON kind <> 'SCHEMA'
LEFT JOIN pg_namespace room ON kind = 'SCHEMA' AND room.nspname = name
WHERE NOT COALESCE(
    CASE
        WHEN kind = 'SCHEMA' THEN has_schema_privilege(room.oid, privilege)
        WHEN kind = 'SEQUENCE' THEN has_sequence_privilege(found.oid, privilege)
        WHEN column_name <> '' THEN has_column_privilege(found.oid, column_name, privilege)
        ELSE has_table_privilege(found.oid, privilege)
    END, false)
ORDER BY place

-- server_facts --
-- Who we are at the server, and what it would refuse to anyone.
SELECT
    current_user::text AS role,
    role.rolsuper AS superuser,
    pg_is_in_recovery() AS standby,
    current_setting('default_transaction_read_only') = 'on' AS refuses_writes,
    pg_encoding_to_char(base.encoding)::text AS encoding,
    clock_timestamp() AS now
FROM pg_roles role, pg_database base
WHERE role.rolname = current_user AND base.datname = current_database()
