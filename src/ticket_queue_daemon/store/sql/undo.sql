-- undo_of_run --
-- What the runs whose id lies in a span did and nobody has another run done since, by ticket, the newest
-- first: that is the order to take it back in.
SELECT log_id, ticket_id, action_id, status, occurrence, queue, run_id, executed_at,
       metadata -> 'undone' AS undone
FROM meta.daemon_action_log
WHERE run_id BETWEEN %(lowest)s::uuid AND %(highest)s::uuid
  AND action_type <> 'undo' AND meta.daemon_plan_touched(plan)
ORDER BY ticket_id, COALESCE(executed_at, claimed_at) DESC, log_id

-- undo_of_ticket --
-- What was done to a ticket, the newest first.
SELECT log_id, ticket_id, action_id, status, occurrence, queue, run_id, executed_at,
       metadata -> 'undone' AS undone
FROM meta.daemon_action_log
WHERE ticket_id = %(ticket_id)s
  AND action_type <> 'undo' AND meta.daemon_plan_touched(plan)
ORDER BY COALESCE(executed_at, claimed_at) DESC, log_id

-- undos_of_tickets --
-- How the undos of these tickets stand.
SELECT ticket_id, action_id, status, metadata, error_message, next_attempt_at, lease_until, plan
FROM meta.daemon_action_log
WHERE ticket_id = ANY (%(ticket_ids)s::integer[]) AND action_type = 'undo'
ORDER BY ticket_id, action_id

-- stop_undone --
-- What a person takes back is not done again by itself: no further attempt, no further occurrence, no
-- second look. An action whose answer is not known is left to those who settle it.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        status = CASE WHEN status = 'failed' THEN 'skipped' ELSE status END,
        error_message = NULL, next_attempt_at = NULL, look_again_at = NULL, next_occurrence = NULL,
        rule_hash = NULL, ticket_modified_at = NULL,
        metadata = metadata || jsonb_build_object('undone', jsonb_build_object(
            'by', %(who)s::text, 'at', clock_timestamp(), 'error', error_message)),
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND occurrence = %(occurrence)s
      AND status IN ('completed', 'failed', 'skipped') AND NOT metadata ? 'undone'
      AND NOT COALESCE(plan -> 'effects' @> '[{"state": "sent"}]', false)
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, %(who)s::text, attempts + 1, 'undone',
           jsonb_build_object('message', %(why)s::text)
    FROM mine
)
SELECT log_id FROM mine
