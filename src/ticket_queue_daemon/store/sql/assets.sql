-- asset_index_lock --
-- One writer at a time, so that change numbers become visible in their order.
SELECT pg_advisory_xact_lock(hashtext('ticket-queue-daemon asset index'))

-- assets_write --
-- Put assets into the index; unchanged ones, and older news than it has, are left alone. Tells which
-- were new and which changed.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(assets)s) AS one (
        asset_id bigint, name text, serial_number text, tag text, owner_uid text, status_id bigint,
        status_name text, form_id bigint, ci_id bigint, requestor_uid text, content_hash text, seen_at timestamptz)
)
INSERT INTO meta.daemon_assets AS known (
    asset_id, name, serial_number, tag, owner_uid, status_id, status_name, form_id, ci_id,
    requestor_uid, content_hash, source, seen_at, change_no)
SELECT
    given.asset_id, given.name, given.serial_number, given.tag, given.owner_uid, given.status_id,
    given.status_name, given.form_id, given.ci_id, given.requestor_uid, given.content_hash, %(source)s,
    COALESCE(given.seen_at, clock_timestamp()), nextval('meta.daemon_asset_changes')
FROM given
LEFT JOIN meta.daemon_assets old ON old.asset_id = given.asset_id
WHERE old.asset_id IS NULL
   OR ((old.content_hash <> given.content_hash OR old.gone_at IS NOT NULL)
       AND COALESCE(given.seen_at, clock_timestamp()) >= COALESCE(old.gone_at, old.seen_at))
ON CONFLICT (asset_id) DO UPDATE SET
    name = excluded.name, serial_number = excluded.serial_number, tag = excluded.tag,
    owner_uid = excluded.owner_uid, status_id = excluded.status_id,
    status_name = excluded.status_name, form_id = excluded.form_id, ci_id = excluded.ci_id,
    requestor_uid = excluded.requestor_uid,
    content_hash = excluded.content_hash, source = excluded.source, seen_at = excluded.seen_at,
    change_no = excluded.change_no, changed_at = clock_timestamp(), gone_at = NULL
RETURNING known.asset_id, known.xmax = 0 AS is_new

-- assets_gone --
-- Mark assets that TDX no longer has.
UPDATE meta.daemon_assets
SET gone_at = clock_timestamp(), changed_at = clock_timestamp(),
    change_no = nextval('meta.daemon_asset_changes')
WHERE asset_id = ANY(%(asset_ids)s) AND gone_at IS NULL
RETURNING asset_id

-- assets_last_change --
-- The newest change; 0 for none.
SELECT COALESCE(max(change_no), 0) AS change_no FROM meta.daemon_assets

-- assets_all --
-- Every asset that TDX has, as far as is known.
SELECT asset_id, name, serial_number, tag, owner_uid, status_id, status_name, form_id, ci_id,
       requestor_uid
FROM meta.daemon_assets
WHERE gone_at IS NULL

-- assets_changed --
-- What has changed since a change that is known.
SELECT asset_id, name, serial_number, tag, owner_uid, status_id, status_name, form_id, ci_id,
       requestor_uid, change_no, gone_at IS NOT NULL AS is_gone
FROM meta.daemon_assets
WHERE change_no > %(after)s
ORDER BY change_no

-- asset_index_state --
-- How far the index is to be trusted, and the database's clock.
SELECT complete_at, source, hub_read_to, clock_timestamp() AS now
FROM meta.daemon_asset_index

-- asset_index_count --
-- How many assets it has.
SELECT count(*) AS assets FROM meta.daemon_assets WHERE gone_at IS NULL

-- asset_index_kinds --
-- The forms and statuses that its assets have.
SELECT array_agg(DISTINCT form_id) FILTER (WHERE form_id IS NOT NULL) AS form_ids,
       array_agg(DISTINCT status_id) FILTER (WHERE status_id IS NOT NULL) AS status_ids
FROM meta.daemon_assets

-- asset_index_complete --
-- Every asset that TDX had at that time is in the index now.
UPDATE meta.daemon_asset_index
SET complete_at = GREATEST(complete_at, %(complete_at)s), source = %(source)s,
    hub_read_to = COALESCE(%(hub_read_to)s, hub_read_to)

-- asset_unknown --
-- Which of these names TDX did not know when it was asked, not long ago.
SELECT token
FROM meta.daemon_unknown_assets
WHERE token = ANY(%(tokens)s) AND asked_at > clock_timestamp() - make_interval(secs => %(max_age)s)

-- asset_unknown_remember --
-- TDX does not know these names.
INSERT INTO meta.daemon_unknown_assets (token)
SELECT unnest(%(tokens)s::text[])
ON CONFLICT (token) DO UPDATE SET asked_at = clock_timestamp()

-- asset_unknown_forget --
-- Drop what is too old to count.
DELETE FROM meta.daemon_unknown_assets
WHERE asked_at <= clock_timestamp() - make_interval(secs => %(max_age)s)

-- asset_sync_try_lock --
-- One sync at a time, in whatever process; held by the connection.
SELECT pg_try_advisory_lock(hashtext('ticket-queue-daemon asset sync')) AS ours

-- asset_sync_unlock --
-- Let the next sync begin.
SELECT pg_advisory_unlock(hashtext('ticket-queue-daemon asset sync'))

-- asset_sync_abandon --
-- A new beginning: what was left unfinished, and is not to be continued, stays so.
UPDATE meta.daemon_asset_syncs
SET status = 'abandoned', finished_at = clock_timestamp()
WHERE (status = 'running' OR (status = 'failed' AND EXISTS (
          SELECT FROM meta.daemon_asset_sync_groups done WHERE done.sync_id = daemon_asset_syncs.sync_id)))
  AND (%(all)s OR started_at <= clock_timestamp() - make_interval(secs => %(resume_seconds)s))
RETURNING sync_id

-- asset_sync_resume --
-- Take up the newest sync that did not come to its end.
UPDATE meta.daemon_asset_syncs
SET status = 'running', finished_at = NULL, error_message = NULL
WHERE sync_id = (
    SELECT sync_id FROM meta.daemon_asset_syncs
    WHERE status IN ('running', 'failed')
      AND started_at > clock_timestamp() - make_interval(secs => %(resume_seconds)s)
      AND NOT EXISTS (
          SELECT FROM meta.daemon_asset_syncs later
          WHERE later.status = 'completed' AND later.started_at > daemon_asset_syncs.started_at)
    ORDER BY started_at DESC
    LIMIT 1)
RETURNING sync_id, started_at, whole, created, changed

-- asset_sync_begin --
-- A new sync.
INSERT INTO meta.daemon_asset_syncs (whole) VALUES (%(whole)s)
RETURNING sync_id, started_at, whole, created, changed

-- asset_sync_groups --
-- What a sync has read already.
SELECT group_key, split_into, cardinality(asset_ids) AS found
FROM meta.daemon_asset_sync_groups
WHERE sync_id = %(sync_id)s

-- asset_sync_group_done --
-- A group is read.
INSERT INTO meta.daemon_asset_sync_groups (sync_id, group_key, split_into, asset_ids)
VALUES (%(sync_id)s, %(group_key)s, %(split_into)s, %(asset_ids)s)
ON CONFLICT (sync_id, group_key) DO UPDATE SET
    split_into = excluded.split_into, asset_ids = excluded.asset_ids, done_at = clock_timestamp()

-- asset_sync_count --
-- What a group brought.
UPDATE meta.daemon_asset_syncs
SET created = created + %(created)s, changed = changed + %(changed)s
WHERE sync_id = %(sync_id)s

-- asset_sync_unseen --
-- Assets of the index that no group of a sync had.
SELECT asset_id FROM meta.daemon_assets WHERE gone_at IS NULL
EXCEPT
SELECT unnest(asset_ids) FROM meta.daemon_asset_sync_groups WHERE sync_id = %(sync_id)s
ORDER BY asset_id

-- asset_sync_seen --
-- How many assets a sync has read.
SELECT count(DISTINCT asset_id) AS seen
FROM meta.daemon_asset_sync_groups, unnest(asset_ids) AS asset_id
WHERE sync_id = %(sync_id)s

-- asset_sync_end --
-- How a sync ended.
UPDATE meta.daemon_asset_syncs
SET status = %(status)s, finished_at = clock_timestamp(), gone = %(gone)s,
    error_message = %(error_message)s
WHERE sync_id = %(sync_id)s

-- asset_sync_tidy --
-- Forget the groups of syncs that are over.
DELETE FROM meta.daemon_asset_sync_groups
WHERE sync_id IN (
    SELECT sync_id FROM meta.daemon_asset_syncs WHERE status IN ('completed', 'abandoned'))
