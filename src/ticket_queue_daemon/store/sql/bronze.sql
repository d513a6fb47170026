-- bronze_table --
-- Whether the data hub's raw table is here.
SELECT to_regclass('bronze.raw_entities') IS NOT NULL AS found

-- bronze_has_assets --
-- Whether it holds any TDX asset.
SELECT EXISTS (
    SELECT FROM bronze.raw_entities
    WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx'
) AS found

-- bronze_assets --
-- The newest version of each TDX asset.
SELECT DISTINCT ON (external_id) raw_data
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx'
ORDER BY external_id, ingested_at DESC

-- bronze_newest --
-- When the newest asset came in.
SELECT max(ingested_at) AS newest
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx'
