-- The asset index: every asset of TDX with what a ticket may call it. Its rows come from
-- bronze.raw_entities where a data hub fills it, else from TDX itself.

-- The data hub's tables, made only where no hub has made them; one that is there is left as it is.
DO $$
BEGIN
    IF to_regclass('meta.ingestion_runs') IS NULL THEN
        CREATE TABLE meta.ingestion_runs (
            run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            source_system varchar(50) NOT NULL,
            entity_type varchar(50) NOT NULL,
            started_at timestamptz DEFAULT CURRENT_TIMESTAMP,
            completed_at timestamptz,
            status varchar(20) DEFAULT 'running',   -- running, completed, failed
            records_processed integer DEFAULT 0,
            records_created integer DEFAULT 0,
            records_updated integer DEFAULT 0,
            error_message text,
            metadata jsonb DEFAULT '{}'
        );
        CREATE INDEX idx_ingestion_runs_recent
            ON meta.ingestion_runs (source_system, entity_type, started_at DESC);
    END IF;
END
$$;

-- The catalogues are asked, not to_regclass: that fails where the schema may not be used.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class rel
        JOIN pg_namespace space ON space.oid = rel.relnamespace
        WHERE space.nspname = 'bronze' AND rel.relname = 'raw_entities'
    ) THEN
        IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'bronze') THEN
            CREATE SCHEMA bronze;
        END IF;
        CREATE TABLE bronze.raw_entities (      -- append-only: the newest row of an external_id counts
            raw_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            entity_type varchar(50) NOT NULL,
            source_system varchar(50) NOT NULL,
            external_id varchar(255) NOT NULL,
            raw_data jsonb NOT NULL,
            ingested_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
            ingestion_run_id uuid REFERENCES meta.ingestion_runs (run_id),
            entity_hash text GENERATED ALWAYS AS (
                encode(sha256((entity_type || '|' || source_system || '|' || external_id)::bytea), 'hex')
            ) STORED,
            ingestion_metadata jsonb DEFAULT '{}'
        );
        CREATE INDEX raw_entities_newest ON bronze.raw_entities
            (source_system, entity_type, external_id, ingested_at DESC);
        CREATE INDEX raw_entities_ingested ON bronze.raw_entities
            (source_system, entity_type, ingested_at);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'Schema bronze was not made (%). The daemon works without it; to keep every version of'
        ' the assets there, let a DBA make the schema and this table.', SQLERRM;
END
$$;

CREATE SEQUENCE meta.daemon_asset_changes;

CREATE TABLE meta.daemon_assets (
    asset_id bigint PRIMARY KEY,
    name text,
    serial_number text,
    tag text,
    owner_uid text,
    status_id bigint,
    status_name text,
    form_id bigint,
    ci_id bigint,                               -- its own configuration item
    requestor_uid text,                         -- for whom it was bought
    content_hash text NOT NULL,                 -- SHA-256 of what TDX said of it
    source text NOT NULL,                       -- hub, sync, search
    seen_at timestamptz NOT NULL,               -- when TDX said so
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    change_no bigint NOT NULL,                  -- grows with each change; who knows N asks for more than N
    gone_at timestamptz                         -- TDX no longer has it
);

CREATE INDEX daemon_assets_name ON meta.daemon_assets (lower(name));
CREATE INDEX daemon_assets_serial_number ON meta.daemon_assets (lower(serial_number));
CREATE INDEX daemon_assets_tag ON meta.daemon_assets (lower(tag));
CREATE INDEX daemon_assets_owner ON meta.daemon_assets (lower(owner_uid));
CREATE UNIQUE INDEX daemon_assets_change_no ON meta.daemon_assets (change_no);

-- How far the index is to be trusted.
CREATE TABLE meta.daemon_asset_index (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    complete_at timestamptz,                    -- every asset that TDX had then is in it; NULL: never
    source text,
    hub_read_to timestamptz                     -- the newest row of the hub that is in it
);
INSERT INTO meta.daemon_asset_index DEFAULT VALUES;

CREATE TABLE meta.daemon_asset_syncs (
    sync_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),     -- also the run_id in meta.ingestion_runs
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    whole boolean NOT NULL,                     -- ends with one search for everything
    status text NOT NULL DEFAULT 'running'
        CHECK (status IN ('running', 'completed', 'failed', 'abandoned')),
    created integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    gone integer NOT NULL DEFAULT 0,
    error_message text
);
CREATE INDEX daemon_asset_syncs_started ON meta.daemon_asset_syncs (started_at);

-- What a sync has read already: one that was killed goes on behind it.
CREATE TABLE meta.daemon_asset_sync_groups (
    sync_id uuid NOT NULL REFERENCES meta.daemon_asset_syncs ON DELETE CASCADE,
    group_key text NOT NULL,                    -- all, form:2448, form:2448/status:38, rest
    split_into bigint[],                        -- too large for one answer: the statuses to ask for
    asset_ids bigint[] NOT NULL,
    done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (sync_id, group_key)
);

-- Names that tickets use and TDX does not know, so that TDX is asked once for each.
CREATE TABLE meta.daemon_unknown_assets (
    token text PRIMARY KEY,                     -- case-folded
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
