-- prune_settled --
-- Slim the oldest settled pairs down to what keeps them from being done again, and forget their history
-- and the lines that were told. What a daemon is just claiming is left for the next time. The line of a
-- skip that may be looked at again stays, and its reason too: by them it is known not to tell it twice.
WITH chosen AS MATERIALIZED (
    SELECT entry.log_id, entry.ticket_id, to_jsonb(entry) AS whole,
           entry.status = 'completed' OR (entry.ticket_modified_at IS NULL AND entry.rule_hash IS NULL)
               AS is_over
    FROM meta.daemon_action_log entry
    WHERE entry.status IN ('completed', 'skipped') AND entry.look_again_at IS NULL
      AND (entry.pruned_to IS NULL OR entry.pruned_to < entry.updated_at)
      AND entry.executed_at < %(before)s AND entry.updated_at < %(before)s
      AND NOT (meta.daemon_plan_touched(entry.plan)
               AND (entry.plan -> 'effects' @> '[{"state": "sent"}]'
                    OR entry.plan -> 'effects' @> '[{"state": "planned"}]'))
    ORDER BY entry.executed_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), history AS (
    -- By its keys, each found by a probe of an index: a join would be tempted to read the whole history.
    DELETE FROM meta.daemon_action_history event
    WHERE event.history_id = ANY (ARRAY(
        SELECT told.history_id
        FROM chosen
        CROSS JOIN LATERAL (
            SELECT history_id
            FROM meta.daemon_action_history
            WHERE ticket_id = chosen.ticket_id AND log_id = chosen.log_id
            LIMIT 1000000
        ) told))
    RETURNING event.*
), lines AS (
    DELETE FROM meta.daemon_summary_lines line
    USING chosen
    WHERE line.log_id = chosen.log_id AND line.covered_at < %(before)s AND chosen.is_over
    RETURNING line.*
), entries AS (
    SELECT log_id, array_agg(DISTINCT (entry_id #>> '{}')::numeric::bigint) AS ids
    FROM (
        SELECT log_id, jsonb_path_query(detail, '$.**.entry_id ? (@.type() == "number")') AS entry_id
        FROM history
        WHERE event IN ('effect_applied', 'effect_already_there')
    ) AS found
    GROUP BY log_id
), slimmed AS (
    UPDATE meta.daemon_action_log entry SET
        plan = meta.daemon_plan_slim(entry.plan),
        metadata = COALESCE((
            SELECT jsonb_object_agg(kept.key, kept.value)
            FROM jsonb_each(CASE jsonb_typeof(entry.metadata) WHEN 'object' THEN entry.metadata
                            ELSE '{}' END) AS kept
            WHERE kept.key = 'baseline' OR (kept.key = 'message' AND NOT chosen.is_over)
        ), '{}'),
        pruned_to = GREATEST(entry.executed_at, entry.updated_at),
        pruned_entry_ids = ARRAY(
            SELECT DISTINCT known FROM unnest(entry.pruned_entry_ids || entries.ids) AS known
            ORDER BY known)
    FROM chosen
    LEFT JOIN entries ON entries.log_id = chosen.log_id
    WHERE entry.log_id = chosen.log_id
)
SELECT 'meta.daemon_action_log' AS name, whole::text AS row FROM chosen
UNION ALL
SELECT 'meta.daemon_action_history', to_jsonb(history)::text FROM history
UNION ALL
SELECT 'meta.daemon_summary_lines', to_jsonb(lines)::text FROM lines

-- prune_released --
-- Forget the history of claims that were given back and left no row. It is walked by its key, and no
-- further than to its first line that is not old; where the walk got to comes back in any case.
WITH walked AS MATERIALIZED (
    SELECT history_id, log_id, at, event
    FROM meta.daemon_action_history
    WHERE history_id > %(after)s
    ORDER BY history_id
    LIMIT %(most)s
), gone AS (
    DELETE FROM meta.daemon_action_history event
    USING walked
    WHERE event.history_id = walked.history_id AND walked.at < %(before)s
      AND walked.event NOT IN ('effect_applied', 'effect_already_there')
      AND NOT EXISTS (SELECT FROM meta.daemon_action_log entry WHERE entry.log_id = walked.log_id)
    RETURNING event.*
)
SELECT 'meta.daemon_action_history' AS name, to_jsonb(gone)::text AS row, NULL::bigint AS walked_to
FROM gone
UNION ALL
SELECT '', '', max(history_id) FROM walked HAVING bool_and(at < %(before)s)

-- prune_corrections --
-- Forget what people corrected, a day later than the matches that it corrects.
WITH chosen AS (
    SELECT ticket_id, asset_id, kind
    FROM meta.daemon_corrections
    WHERE decided_at < %(before)s::timestamptz - interval '1 day' AND noticed_at < %(before)s
    ORDER BY decided_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM meta.daemon_corrections correction
    USING chosen
    WHERE correction.ticket_id = chosen.ticket_id AND correction.asset_id = chosen.asset_id
      AND correction.kind = chosen.kind
    RETURNING correction.*
)
SELECT 'meta.daemon_corrections' AS name, to_jsonb(gone)::text AS row FROM gone

-- prune_asset_syncs --
-- Forget the syncs of the asset index that are over.
WITH chosen AS (
    SELECT sync_id
    FROM meta.daemon_asset_syncs
    WHERE started_at < %(before)s AND status <> 'running'
    ORDER BY started_at
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM meta.daemon_asset_syncs sync
    USING chosen
    WHERE sync.sync_id = chosen.sync_id
    RETURNING sync.*
)
SELECT 'meta.daemon_asset_syncs' AS name, to_jsonb(gone)::text AS row FROM gone

-- prune_rate_windows --
-- Forget TDX's windows of routes that nobody calls any more.
WITH chosen AS (
    SELECT instance, scope, route
    FROM meta.daemon_rate_windows
    WHERE closes_at < %(before)s
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM meta.daemon_rate_windows known
    USING chosen
    WHERE known.instance = chosen.instance AND known.scope = chosen.scope
      AND known.route = chosen.route
    RETURNING known.*
)
SELECT 'meta.daemon_rate_windows' AS name, to_jsonb(gone)::text AS row FROM gone

-- prune_bronze --
-- Forget versions of assets that this program wrote and that have a newer one; the hub's own stay.
WITH chosen AS MATERIALIZED (
    SELECT old.ctid AS place
    FROM bronze.raw_entities old
    WHERE old.source_system = 'tdx' AND old.entity_type IN ('asset', 'computer')
      AND old.ingested_at < %(before)s
      AND old.ingestion_metadata ->> 'written_by' = 'ticket-queue-daemon'
      AND EXISTS (
          SELECT FROM bronze.raw_entities newer
          WHERE newer.source_system = 'tdx' AND newer.entity_type IN ('asset', 'computer')
            AND newer.external_id = old.external_id AND newer.ingested_at > old.ingested_at)
    LIMIT %(most)s
), gone AS (
    DELETE FROM bronze.raw_entities entity
    WHERE entity.ctid = ANY (ARRAY(SELECT place FROM chosen))
    RETURNING entity.*
)
SELECT 'bronze.raw_entities' AS name, to_jsonb(gone)::text AS row FROM gone

-- bronze_prunable --
-- Whether rows of the hub's table may be deleted here.
SELECT COALESCE(bool_or(has_schema_privilege(space.oid, 'USAGE')
    AND has_table_privilege(rel.oid, 'DELETE')), false) AS deletable
FROM pg_class rel
JOIN pg_namespace space ON space.oid = rel.relnamespace
WHERE space.nspname = 'bronze' AND rel.relname = 'raw_entities'

-- be_patient --
-- For this transaction: counting everything may take its time.
SELECT set_config('statement_timeout', '10min', true)

-- prune_counts --
-- What a prune would forget, by table, with the room that it takes now. A log row stays, slimmer.
WITH chosen AS MATERIALIZED (
    SELECT entry.log_id, entry.ticket_id,
           COALESCE(pg_column_size(entry.plan) - pg_column_size(meta.daemon_plan_slim(entry.plan)), 0)
               + pg_column_size(entry.metadata) AS room,
           entry.status = 'completed' OR (entry.ticket_modified_at IS NULL AND entry.rule_hash IS NULL)
               AS is_over
    FROM meta.daemon_action_log entry
    WHERE entry.status IN ('completed', 'skipped') AND entry.look_again_at IS NULL
      AND (entry.pruned_to IS NULL OR entry.pruned_to < entry.updated_at)
      AND entry.executed_at < %(before)s AND entry.updated_at < %(before)s
      AND NOT (meta.daemon_plan_touched(entry.plan)
               AND (entry.plan -> 'effects' @> '[{"state": "sent"}]'
                    OR entry.plan -> 'effects' @> '[{"state": "planned"}]'))
)
SELECT 'meta.daemon_action_log' AS name, count(*) AS rows,
       COALESCE(sum(GREATEST(room, 0)), 0)::bigint AS bytes
FROM chosen
UNION ALL
SELECT 'meta.daemon_action_history', count(*), COALESCE(sum(pg_column_size(event.*)), 0)::bigint
FROM meta.daemon_action_history event
LEFT JOIN chosen ON chosen.ticket_id = event.ticket_id AND chosen.log_id = event.log_id
WHERE chosen.log_id IS NOT NULL
   OR (event.at < %(before)s AND event.event NOT IN ('effect_applied', 'effect_already_there')
       AND NOT EXISTS (SELECT FROM meta.daemon_action_log entry WHERE entry.log_id = event.log_id))
UNION ALL
SELECT 'meta.daemon_summary_lines', count(*), COALESCE(sum(pg_column_size(line.*)), 0)::bigint
FROM meta.daemon_summary_lines line
JOIN chosen ON chosen.log_id = line.log_id
WHERE line.covered_at < %(before)s AND chosen.is_over
UNION ALL
SELECT 'meta.daemon_corrections', count(*), COALESCE(sum(pg_column_size(correction.*)), 0)::bigint
FROM meta.daemon_corrections correction
WHERE decided_at < %(before)s::timestamptz - interval '1 day' AND noticed_at < %(before)s
UNION ALL
SELECT 'meta.daemon_asset_syncs', count(*), COALESCE(sum(pg_column_size(sync.*)), 0)::bigint
FROM meta.daemon_asset_syncs sync
WHERE started_at < %(before)s AND status <> 'running'
UNION ALL
SELECT 'meta.daemon_rate_windows', count(*), COALESCE(sum(pg_column_size(known.*)), 0)::bigint
FROM meta.daemon_rate_windows known
WHERE closes_at < %(before)s

-- prune_counts_bronze --
-- The same of the hub's table.
SELECT 'bronze.raw_entities' AS name, count(*) AS rows,
       COALESCE(sum(pg_column_size(old.*)), 0)::bigint AS bytes
FROM bronze.raw_entities old
WHERE old.source_system = 'tdx' AND old.entity_type IN ('asset', 'computer')
  AND old.ingested_at < %(before)s
  AND old.ingestion_metadata ->> 'written_by' = 'ticket-queue-daemon'
  AND EXISTS (
      SELECT FROM bronze.raw_entities newer
      WHERE newer.source_system = 'tdx' AND newer.entity_type IN ('asset', 'computer')
        AND newer.external_id = old.external_id AND newer.ingested_at > old.ingested_at)

-- table_sizes --
-- Every table of ours with its rows, as the statistics have them, and its bytes, indexes included.
SELECT space.nspname || '.' || rel.relname AS name,
       GREATEST(rel.reltuples, pg_stat_get_live_tuples(rel.oid), 0)::bigint AS rows,
       pg_total_relation_size(rel.oid) AS bytes
FROM pg_class rel
JOIN pg_namespace space ON space.oid = rel.relnamespace
WHERE rel.relkind = 'r'
  AND ((space.nspname = 'meta' AND (rel.relname LIKE 'daemon\_%%' OR rel.relname = 'ingestion_runs'))
       OR (space.nspname = 'bronze' AND rel.relname = 'raw_entities'
           AND has_schema_privilege(space.oid, 'USAGE')))
ORDER BY bytes DESC, name
