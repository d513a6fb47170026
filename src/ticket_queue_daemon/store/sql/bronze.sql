-- bronze_rights --
-- What can be done with the data hub's tables as they are here; asked of the catalogues, so that a
-- schema without rights is no error.
SELECT
    COALESCE(bool_or(entities.usable AND has_table_privilege(entities.oid, 'SELECT')
        AND entities.known @> ARRAY['entity_type', 'source_system', 'external_id', 'raw_data', 'ingested_at']),
        false) AS readable,
    COALESCE(bool_or(entities.usable AND has_table_privilege(entities.oid, 'INSERT')
        AND entities.known @> ARRAY['entity_type', 'source_system', 'external_id', 'raw_data', 'ingested_at',
            'ingestion_run_id', 'ingestion_metadata']),
        false) AS writable
FROM (
    SELECT rel.oid, has_schema_privilege(space.oid, 'USAGE') AS usable,
           ARRAY(SELECT att.attname::text FROM pg_attribute att
                 WHERE att.attrelid = rel.oid AND NOT att.attisdropped) AS known
    FROM pg_class rel
    JOIN pg_namespace space ON space.oid = rel.relnamespace
    WHERE space.nspname = 'bronze' AND rel.relname = 'raw_entities'
) AS entities

-- bronze_assets --
-- The newest version of each TDX asset.
SELECT DISTINCT ON (external_id) raw_data, ingested_at
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx'
ORDER BY external_id, ingested_at DESC

-- bronze_assets_since --
-- The newest version of each TDX asset of which something came in since then.
SELECT DISTINCT ON (external_id) raw_data, ingested_at
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx' AND ingested_at > %(since)s
ORDER BY external_id, ingested_at DESC

-- bronze_newest_of_hub --
-- When somebody else than this daemon last brought an asset, if that was after a time.
SELECT max(ingested_at) AS newest
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx' AND ingested_at > %(since)s
  AND to_jsonb(raw_entities) #>> '{ingestion_metadata,written_by}'
      IS DISTINCT FROM 'ticket-queue-daemon'

-- bronze_write --
-- A new version of each of these assets.
INSERT INTO bronze.raw_entities (
    entity_type, source_system, external_id, raw_data, ingested_at, ingestion_run_id,
    ingestion_metadata)
SELECT 'asset', 'tdx', one.external_id, one.raw_data, clock_timestamp(), %(run_id)s,
       '{"written_by": "ticket-queue-daemon"}'
FROM jsonb_to_recordset(%(assets)s) AS one (external_id text, raw_data jsonb)

-- bronze_write_gone --
-- A last version of assets that TDX no longer has, marked as such.
INSERT INTO bronze.raw_entities (
    entity_type, source_system, external_id, raw_data, ingested_at, ingestion_run_id,
    ingestion_metadata)
SELECT DISTINCT ON (external_id)
    entity_type, source_system, external_id,
    raw_data || jsonb_build_object('_ingestion_gone_at', clock_timestamp()), clock_timestamp(),
    %(run_id)s, '{"written_by": "ticket-queue-daemon"}'
FROM bronze.raw_entities
WHERE entity_type IN ('asset', 'computer') AND source_system = 'tdx'
  AND external_id = ANY(%(external_ids)s)
ORDER BY external_id, ingested_at DESC

-- ingestion_run_begin --
-- The data hub's list of runs, where it has the columns that we know; says nothing where it has not.
INSERT INTO meta.ingestion_runs (run_id, source_system, entity_type, started_at, status, metadata)
VALUES (%(run_id)s, 'tdx', 'asset', clock_timestamp(), 'running',
        '{"written_by": "ticket-queue-daemon"}')
ON CONFLICT (run_id) DO UPDATE SET status = 'running', completed_at = NULL, error_message = NULL
RETURNING run_id

-- ingestion_run_end --
-- How it ended, with its counts.
UPDATE meta.ingestion_runs
SET status = %(status)s, completed_at = clock_timestamp(), records_processed = %(processed)s,
    records_created = %(created)s, records_updated = %(updated)s, error_message = %(error)s
WHERE run_id = %(run_id)s
