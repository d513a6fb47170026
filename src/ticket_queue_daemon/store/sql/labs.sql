-- lab_views --
-- Which of the data hub's views of labs are here, have the columns we know, and may be read; asked of
-- the catalogues, so that a hub without them, or without rights, is no error.
SELECT
    COALESCE(bool_or(known.name = 'v_lab_computers_tdx_reference'
        AND known.columns @> ARRAY['tdx_configuration_item_id', 'lab_department_tdx_id']), false) AS computers,
    COALESCE(bool_or(known.name = 'v_lab_members_all_tdx_reference'
        AND known.columns @> ARRAY['tdx_user_uid', 'tdx_ci_id']), false) AS members
FROM (
    SELECT rel.relname::text AS name,
           ARRAY(SELECT att.attname::text FROM pg_attribute att
                 WHERE att.attrelid = rel.oid AND att.attnum > 0 AND NOT att.attisdropped) AS columns
    FROM pg_class rel
    JOIN pg_namespace space ON space.oid = rel.relnamespace
    WHERE space.nspname = 'silver'
      AND rel.relname IN ('v_lab_computers_tdx_reference', 'v_lab_members_all_tdx_reference')
      AND has_schema_privilege(space.oid, 'USAGE')
      AND has_table_privilege(rel.oid, 'SELECT')
) AS known

-- labs_of_computers --
-- The labs of machines, by the ids of the machines' configuration items, compared as text. Despite its
-- name, lab_department_tdx_id is the lab's configuration item. What a lab is called only some hubs say.
SELECT DISTINCT lab.lab_department_tdx_id::text AS item_id,
       COALESCE(to_jsonb(lab) ->> 'lab_name', to_jsonb(lab) ->> 'lab_id', '') AS name
FROM silver.v_lab_computers_tdx_reference lab
WHERE lab.tdx_configuration_item_id::text = ANY (%(item_ids)s::text[])
  AND lab.lab_department_tdx_id IS NOT NULL
ORDER BY item_id, name

-- labs_of_member --
-- The labs of a person, by UID; the hub may keep it as UUID or as text in either case.
SELECT DISTINCT lab.tdx_ci_id::text AS item_id,
       COALESCE(to_jsonb(lab) ->> 'lab_name', to_jsonb(lab) ->> 'lab_id', '') AS name
FROM silver.v_lab_members_all_tdx_reference lab
WHERE lower(lab.tdx_user_uid::text) = lower(%(uid)s)
  AND lab.tdx_ci_id IS NOT NULL
ORDER BY item_id, name
