-- write_plan --
-- Store the plan ahead of every write. A plan that has sent something is replaced only by one that
-- remembers it: no tick is ever forgotten, nor that a person said to go on.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        plan = %(plan)s::jsonb || CASE WHEN plan ? 'resolved'
            THEN jsonb_build_object('resolved', plan -> 'resolved') ELSE '{}' END,
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(plan -> 'effects') AS past
          WHERE past ->> 'state' IN ('sent', 'applied', 'already_there')
            AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(%(plan)s::jsonb -> 'effects') AS present
                WHERE present -> 'kind' = past -> 'kind'
                  AND present -> 'params' = past -> 'params'
                  AND present -> 'state' = past -> 'state'))
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, 'planned', plan
    FROM mine
)
SELECT log_id FROM mine

-- effect_sending --
-- Note that an effect is about to be sent, before it is; with a lease long enough to wait for the
-- answer. What is ticked off is never sent again.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        plan = jsonb_set(
            plan, ARRAY['effects', %(effect_no)s::text],
            (plan -> 'effects' -> %(effect_no)s::integer) || %(patch)s::jsonb
            || jsonb_build_object('state', 'sent', 'sent_at', clock_timestamp())),
        lease_until = GREATEST(
            lease_until, clock_timestamp() + make_interval(secs => %(lease_seconds)s)),
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND plan -> 'effects' -> %(effect_no)s::integer ->> 'state' IN ('planned', 'sent', 'refused')
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, effect_no, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1,
           'effect_sent', %(effect_no)s, %(patch)s::jsonb
    FROM mine
)
SELECT log_id FROM mine

-- effect_settled --
-- Tick an effect off, or say what else became of it.
WITH mine AS (
    UPDATE meta.daemon_action_log SET
        plan = jsonb_set(
            plan, ARRAY['effects', %(effect_no)s::text],
            (plan -> 'effects' -> %(effect_no)s::integer) || %(patch)s::jsonb
            || jsonb_build_object('state', %(state)s::text, 'settled_at', clock_timestamp())),
        updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND plan -> 'effects' -> %(effect_no)s::integer ->> 'state' IN ('planned', 'sent', 'refused')
    RETURNING *
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, effect_no, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1,
           %(event)s, %(effect_no)s, %(patch)s::jsonb
    FROM mine
)
SELECT log_id FROM mine

-- effects_last_hour --
-- How many effects were sent in the last hour, by whichever daemon, and when the oldest of them is an
-- hour old. Not clock_timestamp(): no index is asked with it.
SELECT count(*) AS sent, min(at) + interval '1 hour' AS next_free
FROM meta.daemon_action_history
WHERE event = 'effect_sent' AND at > statement_timestamp() - interval '1 hour'

-- in_doubt --
-- Whether something of a claim's plan was sent and is not settled.
SELECT COALESCE(plan -> 'effects' @> '[{"state": "sent"}]', false) AS in_doubt
FROM meta.daemon_action_log
WHERE log_id = %(log_id)s AND claim_token = %(token)s

-- note --
-- A line of history for a claim that is ours.
INSERT INTO meta.daemon_action_history (
    log_id, ticket_id, action_id, run_id, worker, attempt, event, effect_no, detail)
SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1,
       %(event)s, %(effect_no)s, %(detail)s::jsonb
FROM meta.daemon_action_log
WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
  AND lease_until > clock_timestamp()
RETURNING log_id

-- known_entry_ids --
-- Feed entries of this ticket that are known to be effects of ours. Looked-up candidates don't count:
-- only what was settled as ours.
SELECT DISTINCT (entry_id #>> '{}')::numeric::bigint AS entry_id
FROM (
    SELECT jsonb_path_query(
        plan,
        '$.effects[*] ? (@.state == "applied" || @.state == "already_there").**.entry_id'
        ' ? (@.type() == "number")')
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND plan IS NOT NULL
  UNION ALL
    SELECT jsonb_path_query(detail, '$.**.entry_id ? (@.type() == "number")')
    FROM meta.daemon_action_history
    WHERE ticket_id = %(ticket_id)s AND event IN ('effect_applied', 'effect_already_there')
  UNION ALL
    SELECT to_jsonb(unnest(pruned_entry_ids))
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s
) AS known (entry_id)

-- known_task_ids --
-- Tasks of this ticket that are known to be effects of ours.
SELECT DISTINCT (task_id #>> '{}')::numeric::bigint AS task_id
FROM (
    SELECT jsonb_path_query(
        plan,
        '$.effects[*] ? (@.state == "applied" || @.state == "already_there").task_id'
        ' ? (@.type() == "number")')
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND plan IS NOT NULL
  UNION ALL
    SELECT jsonb_path_query(detail, '$.task_id ? (@.type() == "number")')
    FROM meta.daemon_action_history
    WHERE ticket_id = %(ticket_id)s AND event IN ('effect_applied', 'effect_already_there')
) AS known (task_id)
