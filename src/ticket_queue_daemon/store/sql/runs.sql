-- record_run --
-- A run that ended; one that fared just as the last of its queue, and did nothing, is counted there. What
-- is older than a year goes.
WITH gone AS (
    DELETE FROM meta.daemon_runs WHERE last_at < clock_timestamp() - interval '1 year'
), last AS (
    SELECT run_no FROM meta.daemon_runs
    WHERE queue = %(queue)s ORDER BY ended_at DESC, run_no DESC LIMIT 1
), counted AS (
    UPDATE meta.daemon_runs entry SET again = again + 1, last_at = clock_timestamp()
    FROM last
    WHERE entry.run_no = last.run_no AND entry.worker = %(worker)s AND entry.result = %(result)s
      -- The words of an outage hold seconds and counts.
      AND regexp_replace(entry.reason, '[0-9]+', '', 'g')
        = regexp_replace(%(reason)s, '[0-9]+', '', 'g')
      AND entry.outcomes = '{}' AND %(outcomes)s::jsonb = '{}'
    RETURNING entry.run_no
)
INSERT INTO meta.daemon_runs (
    run_id, queue, worker, result, reason, found, pending, seconds, api_calls, outcomes, causes)
SELECT %(run_id)s, %(queue)s, %(worker)s, %(result)s, %(reason)s, %(found)s, %(pending)s, %(seconds)s,
       %(api_calls)s, %(outcomes)s, %(causes)s
WHERE NOT EXISTS (SELECT FROM counted)

-- recent_runs --
-- The newest first, of one queue or all.
SELECT run_id, queue, worker, ended_at, result, reason, found, pending, seconds, api_calls, outcomes,
       again, last_at
FROM meta.daemon_runs
WHERE (%(queue)s::text IS NULL OR queue = %(queue)s) AND ended_at >= %(since)s
ORDER BY ended_at DESC, run_no DESC
LIMIT %(most)s

-- runs_between --
-- What a digest is made of.
SELECT result, reason, outcomes, causes, again
FROM meta.daemon_runs
WHERE queue = %(queue)s AND ended_at >= %(since)s AND ended_at < %(until)s
ORDER BY ended_at, run_no

-- failing_causes --
-- Everything that failed or is held for review, with what tells its cause.
SELECT ticket_id, action_type, action_id, status, error_message AS reason, executed_at AS since,
       next_attempt_at AS due_at
FROM meta.daemon_action_log
WHERE status IN ('failed', 'needs_review')
ORDER BY executed_at DESC NULLS LAST, ticket_id
