-- finish --
-- Record a good outcome: the row, its history, the lines it wants told, the lines it has told, at once.
-- A ticket that was looked at again and is skipped for the same reason as before keeps the moment of
-- the first time, and its history says nothing new. A line that a skip has left before is not left again:
-- the summary that tells it changes the ticket, so that it would be looked at and told for ever.
-- What depends on it, and was turned away, is due with it: a crash in between would leave it asleep.
WITH as_before AS MATERIALIZED (
    SELECT FROM meta.daemon_action_log
    WHERE log_id = %(log_id)s AND %(status)s::text = 'skipped'
      AND executed_at < claimed_at AND error_message IS NULL
      AND metadata ->> 'message' = %(metadata)s::jsonb ->> 'message'
), mine AS (
    UPDATE meta.daemon_action_log SET
        status = %(status)s, error_message = NULL,
        executed_at = CASE
            WHEN EXISTS (SELECT FROM as_before) THEN executed_at ELSE clock_timestamp()
        END,
        metadata = %(metadata)s, claim_token = NULL, lease_until = NULL, claims = 0,
        look_again_at = %(look_again_at)s, next_occurrence = %(next_occurrence)s,
        rule_hash = %(rule_hash)s,
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
    RETURNING *
), covered AS (
    UPDATE meta.daemon_summary_lines line SET
        covered_by = mine.log_id, covered_at = clock_timestamp()
    FROM mine
    WHERE line.line_id = ANY (%(covers)s::bigint[]) AND line.ticket_id = mine.ticket_id
      AND line.covered_by IS NULL
    RETURNING line.line_id
), woken AS (
    UPDATE meta.daemon_action_log waiting SET
        look_again_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM mine
    WHERE waiting.ticket_id = mine.ticket_id AND waiting.action_id = ANY (%(wakes)s::text[])
      AND waiting.status = 'skipped' AND waiting.rule_hash IS NOT NULL
      AND waiting.look_again_at IS NULL   -- a moment of its own is not brought forward
      AND mine.status = 'completed'
), freed AS (
    UPDATE meta.daemon_summary_lines line SET reserved_by = NULL
    FROM mine
    WHERE line.reserved_by = mine.log_id AND line.covered_by IS NULL
      AND line.line_id <> ALL (%(covers)s::bigint[])
), lines AS (
    INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text)
    SELECT mine.ticket_id, mine.log_id, mine.queue, line.text
    FROM mine, unnest(%(lines)s::text[]) WITH ORDINALITY AS line (text, place)
    WHERE %(status)s::text <> 'skipped' OR NOT EXISTS (
        SELECT FROM meta.daemon_summary_lines before
        WHERE before.log_id = mine.log_id AND before.text = line.text)
    ORDER BY line.place
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, %(status)s, metadata
    FROM mine
    WHERE NOT EXISTS (SELECT FROM as_before)
  UNION ALL
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, 'summarised',
           jsonb_build_object('lines', (SELECT jsonb_agg(line_id ORDER BY line_id) FROM covered))
    FROM mine
    WHERE EXISTS (SELECT FROM covered)
)
SELECT log_id FROM mine

-- fail --
-- Record a failed attempt. It is due again after a back-off that doubles (a tenth of jitter, a day at
-- most), unless this was final or the last attempt. One that failed since its rule could not be decided is
-- asked again like one that was turned away.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        status = 'failed', executed_at = clock_timestamp(), error_message = %(error)s,
        metadata = %(metadata)s, claim_token = NULL, lease_until = NULL, claims = 0,
        attempts = attempts + 1, rule_hash = %(rule_hash)s,
        plan = CASE WHEN cardinality(%(lines)s::text[]) = 0 THEN plan
                    ELSE meta.daemon_plan_told(plan) END,
        next_attempt_at = CASE
            WHEN %(final)s OR attempts + 1 >= %(max_attempts)s THEN NULL
            ELSE clock_timestamp() + make_interval(secs => LEAST(
                86400.0,
                %(retry_seconds)s::double precision * power(2.0, LEAST(attempts, 30))
                * (0.9 + 0.2 * random())))
        END,
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
    RETURNING *
), lines AS (
    INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text)
    SELECT mine.ticket_id, mine.log_id, mine.queue, line.text
    FROM mine, unnest(%(lines)s::text[]) WITH ORDINALITY AS line (text, place)
    ORDER BY line.place
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts, 'failed',
           metadata || jsonb_build_object('error', error_message, 'next_attempt_at', next_attempt_at)
    FROM mine
)
SELECT log_id FROM mine

-- park --
-- Hold it for a person: what happened can't be known, so nothing is sent again.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        status = 'needs_review', executed_at = clock_timestamp(), error_message = %(reason)s,
        metadata = %(metadata)s, claim_token = NULL, lease_until = NULL, claims = 0,
        plan = CASE WHEN cardinality(%(lines)s::text[]) = 0 THEN plan
                    ELSE meta.daemon_plan_told(plan) END,
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
    RETURNING *
), lines AS (
    INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text)
    SELECT mine.ticket_id, mine.log_id, mine.queue, line.text
    FROM mine, unnest(%(lines)s::text[]) WITH ORDINALITY AS line (text, place)
    ORDER BY line.place
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, 'parked',
           metadata || jsonb_build_object('reason', error_message)
    FROM mine
)
SELECT log_id FROM mine

-- resolve_done --
-- A person has seen that it is done: what was in doubt is ticked off in that person's name, and the
-- lines that a summary told count as told. What the plan still has to do is due now; only a row with
-- nothing left to do is completed, and then what nobody was told of is left for the next summary: the
-- plan's own lines if it is done whole and nothing of it was told, else the effects by their words.
WITH parked AS MATERIALIZED (
    SELECT
        log_id,
        COALESCE(plan -> 'effects' @> '[{"state": "planned"}]', false) AS unfinished,
        CASE WHEN plan ? 'told' OR plan -> 'effects' @> '[{"state": "refused"}]'
             THEN (
                 SELECT jsonb_agg(line)
                 FROM (
                     SELECT NULLIF(concat_ws('. ',
                         'Done: ' || string_agg(met ->> 'effect', ', ' ORDER BY place)
                             FILTER (WHERE met ->> 'end' = 'unknown'),
                         'Not done: ' || string_agg(
                             concat(met ->> 'effect', ' (', met ->> 'reason', ')'), ', '
                             ORDER BY place)
                             FILTER (WHERE met ->> 'end' = 'refused' AND NOT plan ? 'told')), '')
                     FROM jsonb_array_elements(CASE
                         WHEN jsonb_typeof(metadata -> 'effects') = 'array'
                         THEN metadata -> 'effects' ELSE '[]' END)
                         WITH ORDINALITY AS each (met, place)
                 ) AS words (line)
                 WHERE line IS NOT NULL)
             WHEN jsonb_typeof(plan -> 'summary') = 'array' THEN plan -> 'summary'
        END AS lines
    FROM meta.daemon_action_log
    WHERE log_id = %(log_id)s AND status = 'needs_review'
    FOR UPDATE
), settled AS (
    UPDATE meta.daemon_action_log entry SET
        status = CASE WHEN parked.unfinished THEN 'failed' ELSE 'completed' END,
        next_attempt_at = CASE WHEN parked.unfinished THEN clock_timestamp() END,
        attempts = CASE WHEN parked.unfinished THEN 0 ELSE entry.attempts END,
        -- A person who looked is not to be followed by the next occurrence at once: it ends here.
        look_again_at = CASE WHEN parked.unfinished THEN entry.look_again_at END,
        executed_at = clock_timestamp(),
        error_message = CASE WHEN parked.unfinished THEN entry.error_message END,
        metadata = entry.metadata || jsonb_build_object('resolved_by', %(who)s::text),
        plan = CASE WHEN plan IS NULL THEN NULL ELSE jsonb_set(plan, '{effects}', COALESCE((
            SELECT jsonb_agg(
                CASE WHEN effect ->> 'state' = 'sent'
                     THEN effect || jsonb_build_object('state', 'applied', 'resolved_by', %(who)s::text)
                     ELSE effect END
                ORDER BY place)
            FROM jsonb_array_elements(plan -> 'effects') WITH ORDINALITY AS each (effect, place)
        ), '[]')) || CASE WHEN parked.unfinished THEN '{"resolved": "done"}' ELSE '{}' END::jsonb END,
        updated_at = clock_timestamp()
    FROM parked
    WHERE entry.log_id = parked.log_id
    RETURNING entry.*, parked.lines
), covered AS (
    UPDATE meta.daemon_summary_lines line SET
        covered_by = settled.log_id, covered_at = clock_timestamp()
    FROM settled
    WHERE line.reserved_by = settled.log_id AND line.covered_by IS NULL
      AND settled.status = 'completed'
), lines AS (
    INSERT INTO meta.daemon_summary_lines (ticket_id, log_id, queue, text)
    SELECT settled.ticket_id, settled.log_id, settled.queue, line.text
    FROM settled,
         jsonb_array_elements_text(COALESCE(settled.lines, '[]'))
             WITH ORDINALITY AS line (text, place)
    WHERE settled.status = 'completed' AND settled.queue IS NOT NULL
      AND settled.action_type <> 'undo'
    ORDER BY line.place
    RETURNING text
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, %(who)s::text, attempts + 1, 'resolved', '{"done": true}'
    FROM settled
)
SELECT status, (SELECT count(*) FROM lines) AS lines FROM settled

-- resolve_retry --
-- A person has seen that it is not done: what was in doubt is planned again, and due now, even if the
-- ticket has left the report (that is what the mark 'resolved' in the plan is for).
WITH settled AS (
    UPDATE meta.daemon_action_log entry SET
        status = 'failed', next_attempt_at = clock_timestamp(), attempts = 0,
        plan = CASE WHEN plan IS NULL THEN NULL ELSE jsonb_set(plan, '{effects}', COALESCE((
            SELECT jsonb_agg(
                CASE WHEN effect ->> 'state' = 'sent'
                     THEN effect || jsonb_build_object('state', 'planned', 'resolved_by', %(who)s::text)
                     ELSE effect END
                ORDER BY place)
            FROM jsonb_array_elements(plan -> 'effects') WITH ORDINALITY AS each (effect, place)
        ), '[]')) || '{"resolved": "retry"}' END,
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND status = 'needs_review'
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, %(who)s::text, attempts + 1, 'resolved', '{"done": false}'
    FROM settled
)
SELECT status, 0 AS lines FROM settled
