-- A table made by the original daemon (or after its README) takes the shape of 0001, and no row is lost.
-- On a database that 0001 made, all of this finds nothing to do.
--
-- Rows with status 'failed' stay failed for good until somebody clears them: in the original, too, a
-- failed row blocked its pair until clear_failed_actions was called.

DROP VIEW IF EXISTS meta.daemon_recent_activity;    -- 0004 makes both anew; a view pins column types
DROP VIEW IF EXISTS meta.daemon_activity_summary;

-- CHECKs on status know three words; ours come in 0004.
DO $$
DECLARE
    foreign_check record;
BEGIN
    FOR foreign_check IN
        SELECT con.conname
        FROM pg_constraint con
        JOIN pg_attribute att
            ON att.attrelid = con.conrelid AND att.attname = 'status' AND att.attnum = ANY (con.conkey)
        WHERE con.conrelid = 'meta.daemon_action_log'::regclass AND con.contype = 'c'
    LOOP
        EXECUTE format('ALTER TABLE meta.daemon_action_log DROP CONSTRAINT %I', foreign_check.conname);
    END LOOP;
END
$$;

-- The README's variant has TIMESTAMP: written by a daemon that thought in UTC.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'meta.daemon_action_log'::regclass AND attname = 'executed_at'
          AND atttypid = 'timestamp without time zone'::regtype
    ) THEN
        ALTER TABLE meta.daemon_action_log ALTER COLUMN executed_at DROP DEFAULT;
        ALTER TABLE meta.daemon_action_log
            ALTER COLUMN executed_at TYPE timestamptz USING executed_at AT TIME ZONE 'UTC';
    END IF;
END
$$;

ALTER TABLE meta.daemon_action_log
    ALTER COLUMN log_id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN executed_at SET DEFAULT CURRENT_TIMESTAMP,
    ALTER COLUMN executed_at DROP NOT NULL,         -- a first claim has no outcome yet
    ALTER COLUMN status SET DEFAULT 'completed',
    ALTER COLUMN metadata SET DEFAULT '{}';

-- What the README's nullable columns may hold. In the original any row blocked its pair, so an unknown
-- status is kept for a person to look at, and never read as "not executed".
UPDATE meta.daemon_action_log
SET action_id = COALESCE(action_id, 'unknown:' || log_id),
    action_type = COALESCE(action_type, split_part(action_id, ':', 1), 'unknown'),
    status = CASE
        WHEN status IN ('completed', 'failed', 'skipped', 'needs_review') THEN status
        WHEN status IS NULL THEN 'completed'
        ELSE 'needs_review'
    END,
    executed_at = COALESCE(executed_at, CURRENT_TIMESTAMP),
    metadata = CASE
        WHEN action_id IS NULL OR action_type IS NULL OR status IS NULL OR executed_at IS NULL
            OR status NOT IN ('completed', 'failed', 'skipped', 'needs_review')
        THEN (CASE WHEN jsonb_typeof(metadata) = 'object' THEN metadata ELSE '{}' END)
            || jsonb_build_object('adopted', jsonb_build_object(
                'action_id', action_id, 'action_type', action_type,
                'status', status, 'executed_at', executed_at, 'metadata', metadata))
        ELSE COALESCE(metadata, '{}')
    END
WHERE action_id IS NULL OR action_type IS NULL OR status IS NULL OR executed_at IS NULL
   OR metadata IS NULL OR status NOT IN ('completed', 'failed', 'skipped', 'needs_review');

ALTER TABLE meta.daemon_action_log
    ALTER COLUMN action_id SET NOT NULL,
    ALTER COLUMN action_type SET NOT NULL,
    ALTER COLUMN status SET NOT NULL,
    ALTER COLUMN metadata SET NOT NULL;

-- One row for each (ticket, action): without the UNIQUE the original could have written several. The
-- completed or newest one stays, the others go whole into the history.
DO $$
DECLARE
    of_rule text;
    of_index regclass;
BEGIN
    SELECT con.conname, idx.indexrelid::regclass INTO of_rule, of_index
    FROM pg_index idx
    LEFT JOIN pg_constraint con ON con.conindid = idx.indexrelid AND con.contype = 'u'
    WHERE idx.indrelid = 'meta.daemon_action_log'::regclass
      AND idx.indisunique AND idx.indisvalid AND idx.indimmediate
      AND idx.indpred IS NULL AND idx.indexprs IS NULL
      AND ARRAY(
          SELECT att.attname::text
          FROM unnest(idx.indkey::smallint[]) WITH ORDINALITY AS key (attnum, place)
          JOIN pg_attribute att ON att.attrelid = idx.indrelid AND att.attnum = key.attnum
          ORDER BY key.place
      ) = ARRAY['ticket_id', 'action_id']
    ORDER BY con.conname = 'unique_ticket_action' DESC NULLS LAST
    LIMIT 1;

    IF of_index IS NULL THEN
        WITH ranked AS (
            SELECT log_id, row_number() OVER (
                PARTITION BY ticket_id, action_id
                ORDER BY status = 'completed' DESC, executed_at DESC, log_id
            ) AS place
            FROM meta.daemon_action_log
        ), gone AS (
            DELETE FROM meta.daemon_action_log entry
            USING ranked
            WHERE ranked.log_id = entry.log_id AND ranked.place > 1
            RETURNING entry.*
        )
        INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, event, detail)
        SELECT log_id, ticket_id, action_id, 'adopted_duplicate', to_jsonb(gone)
        FROM gone;
        ALTER TABLE meta.daemon_action_log
            ADD CONSTRAINT unique_ticket_action UNIQUE (ticket_id, action_id);
    ELSIF of_rule IS NULL THEN
        EXECUTE format(
            'ALTER TABLE meta.daemon_action_log ADD CONSTRAINT unique_ticket_action UNIQUE USING INDEX %I',
            (SELECT relname FROM pg_class WHERE oid = of_index)
        );
    ELSIF of_rule <> 'unique_ticket_action' THEN
        EXECUTE format(
            'ALTER TABLE meta.daemon_action_log RENAME CONSTRAINT %I TO unique_ticket_action', of_rule
        );
    END IF;
END
$$;
