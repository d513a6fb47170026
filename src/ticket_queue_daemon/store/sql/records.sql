-- has_executed --
-- Whether the pair is settled.
SELECT EXISTS (
    SELECT FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND action_id = %(action_id)s AND status IN ('completed', 'skipped')
) AS executed

-- mark_completed --
-- Record an outcome by hand, as the original did; refused while a daemon has the pair in its hands.
WITH recorded AS (
    INSERT INTO meta.daemon_action_log AS entry (
        ticket_id, action_id, action_type, action_hash, status, executed_at, error_message, metadata)
    VALUES (
        %(ticket_id)s, %(action_id)s, %(action_type)s, %(action_hash)s, %(status)s, clock_timestamp(),
        %(error_message)s, %(metadata)s)
    ON CONFLICT (ticket_id, action_id) DO UPDATE SET
        action_type = excluded.action_type,
        action_hash = excluded.action_hash,
        status = excluded.status,
        executed_at = excluded.executed_at,
        error_message = excluded.error_message,
        metadata = excluded.metadata,
        claim_token = NULL,
        lease_until = NULL,
        claims = 0,
        next_attempt_at = NULL,
        look_again_at = NULL, next_occurrence = NULL, rule_hash = NULL,
        ticket_modified_at = NULL,      -- a person's word is not looked at again
        updated_at = clock_timestamp()
    WHERE entry.status <> 'started' OR entry.lease_until <= clock_timestamp()
    RETURNING entry.*
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, %(worker)s, attempts + 1, status,
           metadata || jsonb_build_object('by', 'mark_completed', 'error', error_message)
    FROM recorded
)
SELECT log_id FROM recorded

-- get_ticket_actions --
-- All that is recorded of a ticket, newest first.
SELECT
    log_id, ticket_id, action_type, action_id, action_hash, executed_at, status, error_message, metadata,
    attempts, next_attempt_at, occurrence, claims, claimed_by, claimed_at, lease_until, queue, run_id, plan,
    ticket_modified_at, look_again_at, next_occurrence, rule_hash,
    done_before, pruned_to
FROM meta.daemon_action_log
WHERE ticket_id = %(ticket_id)s
ORDER BY COALESCE(executed_at, claimed_at) DESC, updated_at DESC, action_id

-- under_way --
-- What is not completed on a ticket, and has sent something.
SELECT action_id
FROM meta.daemon_action_log
WHERE ticket_id = %(ticket_id)s AND status IN ('started', 'failed') AND meta.daemon_plan_touched(plan)

-- get_action_stats --
-- How many rows there are of each type and status.
SELECT action_type, status, count(*) AS actions
FROM meta.daemon_action_log
GROUP BY action_type, status
ORDER BY action_type, status

-- clear_failed_actions --
-- Make failed rows due now with all their attempts before them. Their plans stay, ticks and all, so
-- nothing that was applied is applied again.
WITH failed AS (
    SELECT log_id
    FROM meta.daemon_action_log
    WHERE status = 'failed' AND (%(ticket_id)s::integer IS NULL OR ticket_id = %(ticket_id)s::integer)
    ORDER BY ticket_id, action_id
    FOR UPDATE
), cleared AS (
    UPDATE meta.daemon_action_log entry SET
        attempts = 0, next_attempt_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM failed
    WHERE entry.log_id = failed.log_id AND entry.status = 'failed'
    RETURNING entry.*
), told AS (
    INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, worker, event)
    SELECT log_id, ticket_id, action_id, %(worker)s, 'cleared'
    FROM cleared
)
SELECT count(*) AS cleared FROM cleared

-- baseline --
-- Mark pairs as done without executing them; what has an outcome keeps it, what only waits or was turned
-- away by a rule does not.
WITH marked AS (
    INSERT INTO meta.daemon_action_log AS entry (
        ticket_id, action_id, action_type, action_hash, status, executed_at, metadata, queue)
    SELECT reported.ticket_id, wanted.action_id, wanted.action_type, wanted.action_hash, 'skipped',
           clock_timestamp(), jsonb_build_object('baseline', %(reason)s::text), %(queue)s
    FROM unnest(%(ticket_ids)s::integer[]) AS reported (ticket_id)
    CROSS JOIN unnest(%(action_ids)s::text[], %(action_types)s::text[], %(action_hashes)s::text[])
        AS wanted (action_id, action_type, action_hash)
    ORDER BY reported.ticket_id, wanted.action_id
    ON CONFLICT (ticket_id, action_id) DO UPDATE SET
        look_again_at = NULL, next_occurrence = NULL, rule_hash = NULL, ticket_modified_at = NULL,
        executed_at = excluded.executed_at, metadata = excluded.metadata,
        updated_at = clock_timestamp()
    WHERE entry.status = 'skipped'
      AND (entry.look_again_at IS NOT NULL OR entry.rule_hash IS NOT NULL)
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (log_id, ticket_id, action_id, worker, event, detail)
    SELECT log_id, ticket_id, action_id, %(worker)s, 'baselined', metadata
    FROM marked
)
SELECT count(*) AS marked FROM marked

-- history --
-- What happened on a ticket, in order.
SELECT history_id, at, log_id, ticket_id, action_id, run_id, worker, attempt, event, effect_no, detail
FROM meta.daemon_action_history
WHERE ticket_id = %(ticket_id)s
ORDER BY history_id

-- register_actions --
-- Remember configured actions, so that a later change can be named.
INSERT INTO meta.daemon_actions (action_id, action_type, action_hash, version, config)
SELECT action_id, action_type, action_hash, version, config
FROM unnest(
    %(action_ids)s::text[], %(action_types)s::text[], %(action_hashes)s::text[], %(versions)s::text[],
    %(configs)s::jsonb[]
) AS given (action_id, action_type, action_hash, version, config)
ORDER BY action_id
ON CONFLICT (action_id) DO NOTHING

-- previous_actions --
-- The actions of one type that were ever configured, newest first.
SELECT action_id, action_type, action_hash, version, config, first_seen_at
FROM meta.daemon_actions
WHERE action_type = %(action_type)s
ORDER BY first_seen_at DESC, action_id

-- bind_instance --
-- The first to come binds the database.
INSERT INTO meta.daemon_instance (instance) VALUES (%(instance)s) ON CONFLICT (only_row) DO NOTHING

-- bound_instance --
-- Whom the database is bound to, and who has confirmed that its tickets may be changed.
SELECT instance, bound_at, confirmed_at, confirmed_by FROM meta.daemon_instance

-- confirm_instance --
-- Bind the database if it is not bound yet, and remember who has confirmed the instance; the first word
-- stays.
INSERT INTO meta.daemon_instance AS known (instance, confirmed_at, confirmed_by)
VALUES (%(instance)s, clock_timestamp(), %(by)s)
ON CONFLICT (only_row) DO UPDATE SET
    confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by
WHERE known.instance = excluded.instance AND known.confirmed_at IS NULL
