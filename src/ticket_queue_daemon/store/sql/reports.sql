-- read_only --
-- One picture for all statements of a report, and no way to change anything from it.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- reports_now --
-- The database's clock, in which the history is written.
SELECT clock_timestamp() AS now

-- tickets_since --
-- The tickets on which something was done, or is under way, since then.
SELECT ticket_id FROM meta.daemon_action_log WHERE executed_at >= %(since)s
UNION
SELECT ticket_id FROM meta.daemon_action_log WHERE status = 'started' AND updated_at >= %(since)s
ORDER BY ticket_id

-- audit_rows --
-- How each action of a ticket stands.
SELECT
    log_id, action_id, status, executed_at, error_message, plan,
    status = 'started' AND lease_until > clock_timestamp() AS in_hand,
    pruned_to, pruned_entry_ids
FROM meta.daemon_action_log
WHERE ticket_id = %(ticket_id)s
ORDER BY claimed_at NULLS FIRST, executed_at, log_id

-- audit_events --
-- What the history tells of a ticket's plans and their effects, in order.
SELECT log_id, action_id, at, event, effect_no, detail
FROM meta.daemon_action_history
WHERE ticket_id = %(ticket_id)s
  AND event IN (
      'planned', 'effect_sent', 'effect_applied', 'effect_already_there', 'effect_refused',
      'effect_postponed', 'effect_in_doubt', 'resolved')
ORDER BY history_id

-- open_lines --
-- What no summary of a ticket has told yet, oldest first.
SELECT text FROM meta.daemon_open_lines WHERE ticket_id = %(ticket_id)s ORDER BY line_id

-- standings --
-- How actions stand on tickets: what ``engine/standing.py`` asks of a row, and no more, since evidence
-- and plans of a whole report are large.
SELECT
    log_id, ticket_id, action_id, status, error_message, next_attempt_at, occurrence, claimed_by,
    lease_until, ticket_modified_at, look_again_at, next_occurrence, rule_hash,
    jsonb_strip_nulls(jsonb_build_object(
        'message', metadata -> 'message', 'baseline', metadata -> 'baseline')) AS metadata,
    CASE WHEN meta.daemon_plan_touched(plan)
         THEN '{"effects": [{"state": "sent"}]}'::jsonb END AS plan
FROM meta.daemon_action_log
WHERE ticket_id = ANY (%(ticket_ids)s::integer[]) AND action_id = ANY (%(action_ids)s::text[])
ORDER BY ticket_id, action_id

-- status_counts --
-- Every number of the status, each counted by an index of its own.
SELECT
    (SELECT count(*) FROM meta.daemon_action_log
     WHERE status = 'failed' AND next_attempt_at IS NOT NULL) AS due,
    (SELECT count(*) FROM meta.daemon_action_log
     WHERE status = 'failed' AND next_attempt_at IS NULL) AS for_good,
    (SELECT count(*) FROM meta.daemon_action_log WHERE status = 'needs_review') AS parked,
    (SELECT count(*) FROM meta.daemon_action_log WHERE status = 'started') AS started,
    (SELECT count(*) FROM meta.daemon_action_log
     WHERE status = 'started'
       AND lease_until < clock_timestamp() - make_interval(secs => %(overdue_seconds)s)) AS overdue,
    lines.uncovered, lines.tickets, lines.oldest
FROM (
    SELECT count(*) AS uncovered, count(DISTINCT ticket_id) AS tickets, min(created_at) AS oldest
    FROM meta.daemon_summary_lines
    WHERE covered_by IS NULL
) AS lines

-- figures --
-- What the metrics tell, at each scrape: every part is a few rows of a partial index. Due is only what
-- is taken up whether or not its ticket still is in the report (see pending).
SELECT
    (SELECT count(*) FROM meta.daemon_action_log
     WHERE status = 'started' AND plan -> 'effects' @> '[{"state": "sent"}]')
    + (SELECT count(*) FROM meta.daemon_action_log
       WHERE status = 'failed' AND next_attempt_at IS NOT NULL
         AND plan -> 'effects' @> '[{"state": "sent"}]') AS in_doubt,
    (SELECT count(*) FROM meta.daemon_action_log WHERE status = 'needs_review') AS needs_review,
    GREATEST(0, EXTRACT(epoch FROM clock_timestamp() - LEAST(
        (SELECT min(lease_until) FROM meta.daemon_action_log
         WHERE status = 'started' AND queue = %(queue)s),
        (SELECT min(next_attempt_at) FROM meta.daemon_action_log
         WHERE status = 'failed' AND queue = %(queue)s
           AND (meta.daemon_plan_touched(plan) OR plan ? 'resolved'))
    )))::double precision AS oldest_pending,
    (SELECT EXTRACT(epoch FROM clock_timestamp() - complete_at)::double precision
     FROM meta.daemon_asset_index) AS index_age,
    EXISTS (SELECT FROM meta.daemon_queues
            WHERE queue = %(queue)s AND circuit_opened_at IS NOT NULL) AS circuit_open

-- status_failing --
-- What failed: for good first, then what is due soonest.
SELECT ticket_id, action_id, log_id, executed_at AS since, error_message AS reason, attempts,
       next_attempt_at AS due_at
FROM meta.daemon_action_log
WHERE status = 'failed'
ORDER BY next_attempt_at NULLS FIRST, executed_at, ticket_id, action_id
LIMIT %(most)s

-- status_parked --
-- What waits for a person, the longest first.
SELECT ticket_id, action_id, log_id, executed_at AS since, error_message AS reason
FROM meta.daemon_action_log
WHERE status = 'needs_review'
ORDER BY updated_at, ticket_id, action_id
LIMIT %(most)s

-- status_started --
-- What is under way and by whom, the longest without a sign of life first.
SELECT ticket_id, action_id, log_id, claimed_at AS since, claimed_by AS worker, lease_until,
       EXTRACT(epoch FROM clock_timestamp() - lease_until)::double precision AS lease_over_seconds
FROM meta.daemon_action_log
WHERE status = 'started'
ORDER BY lease_until, ticket_id, action_id
LIMIT %(most)s

-- status_recent --
-- What came of the last 24 hours' work.
SELECT status AS outcome, count(*) AS actions, max(executed_at) AS newest
FROM meta.daemon_action_log
WHERE executed_at >= clock_timestamp() - interval '24 hours' AND status <> 'started'
GROUP BY status
ORDER BY status

-- parked_rows --
-- The parked rows that a person may mean: of that ticket, or whose log_id begins so.
SELECT ticket_id, action_id, log_id, executed_at AS since, error_message AS reason
FROM meta.daemon_action_log
WHERE status = 'needs_review'
  AND (ticket_id = %(ticket_id)s OR starts_with(log_id::text, %(prefix)s))
ORDER BY ticket_id, action_id
