-- lock_ticket --
-- Until the end of this transaction only one session claims on this ticket. The statement that follows
-- takes its snapshot after the lock, so it sees every claim made before.
SELECT pg_advisory_xact_lock(hashtext('ticket-queue-daemon'), %(ticket_id)s)

-- ticket_is_busy --
-- Whether anything on this ticket is in the hands of another run. The lock on the rows waits for a
-- renewal that is just being committed, so a lease can't come back to life behind the answer.
SELECT COALESCE(bool_or(
    lease_until > clock_timestamp()
    AND NOT (run_id = %(run_id)s AND claimed_by = %(worker)s)
), false) AS busy
FROM (
    SELECT lease_until, run_id, claimed_by
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND status = 'started'
    ORDER BY action_id
    FOR UPDATE
) AS started

-- claim --
-- Take the pairs that are new, failed and due, skipped on a ticket that has changed since, waiting for
-- a moment that has come, turned away by another rule (or failed, as that could not be decided), or whose
-- lease ran out. Rows are taken in
-- action_id order, so no two sessions can wait for each other. A stored plan stays, except that of an
-- occurrence that is over: the next one has a plan of its own. The ticket's date is older than everything that the plan will be made from: a
-- change in between is seen as a change.
WITH claimed AS (
    INSERT INTO meta.daemon_action_log AS entry (
        ticket_id, action_id, action_type, action_hash, status, executed_at,
        queue, run_id, claim_token, claimed_by, claimed_at, lease_until, claims, ticket_modified_at)
    SELECT
        %(ticket_id)s, wanted.action_id, wanted.action_type, wanted.action_hash, 'started', NULL,
        %(queue)s, %(run_id)s, gen_random_uuid(), %(worker)s, clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(lease_seconds)s), 1, %(modified)s::timestamptz
    FROM unnest(%(action_ids)s::text[], %(action_types)s::text[], %(action_hashes)s::text[])
        AS wanted (action_id, action_type, action_hash)
    ORDER BY wanted.action_id
    ON CONFLICT (ticket_id, action_id) DO UPDATE SET
        status = 'started',
        queue = excluded.queue,
        run_id = excluded.run_id,
        claim_token = excluded.claim_token,
        claimed_by = excluded.claimed_by,
        claimed_at = CASE
            WHEN entry.status IN ('skipped', 'completed') THEN excluded.claimed_at
            ELSE COALESCE(entry.claimed_at, excluded.claimed_at)
        END,
        lease_until = excluded.lease_until,
        claims = entry.claims + 1,
        occurrence = COALESCE(
            entry.next_occurrence, entry.occurrence + (entry.status = 'completed')::integer),
        next_occurrence = NULL,
        done_before = CASE WHEN entry.status = 'completed' THEN entry.executed_at ELSE entry.done_before END,
        attempts = CASE
            WHEN entry.status IN ('skipped', 'completed') THEN 0
            -- its rule failed for good, and is asked anew
            WHEN entry.status = 'failed' AND entry.next_attempt_at IS NULL THEN 0
            ELSE entry.attempts
        END,
        plan = CASE WHEN entry.status = 'completed' THEN NULL ELSE entry.plan END,
        next_attempt_at = NULL,
        ticket_modified_at = COALESCE(excluded.ticket_modified_at, entry.ticket_modified_at),
        updated_at = clock_timestamp()
    WHERE (entry.status = 'failed' AND entry.next_attempt_at <= clock_timestamp())
       OR ((entry.status = 'skipped' OR entry.status = 'failed' AND entry.rule_hash IS NOT NULL)
           AND entry.action_id = ANY (%(on_update_ids)s::text[])
           AND entry.ticket_modified_at < excluded.ticket_modified_at)
       OR (entry.status = 'skipped' AND entry.look_again_at <= clock_timestamp())
       OR (entry.status IN ('skipped', 'failed')
           AND entry.rule_hash <> %(rule_hashes)s::jsonb ->> entry.action_id)
       OR (entry.status = 'completed' AND entry.action_id = ANY (%(repeat_ids)s::text[])
           AND entry.look_again_at <= clock_timestamp())
       OR (entry.status = 'started' AND entry.lease_until <= clock_timestamp())
    RETURNING entry.*
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1,
           CASE WHEN claims > 1 THEN 'reclaimed' ELSE 'claimed' END,
           jsonb_build_object('claims', claims, 'occurrence', occurrence, 'lease_until', lease_until)
           || CASE WHEN executed_at < claimed_at   -- it had an outcome before this look at it
                   THEN jsonb_build_object('ticket_modified_at', ticket_modified_at) ELSE '{}' END
    FROM claimed
)
SELECT *, clock_timestamp() AS db_now FROM claimed

-- claim_recovery --
-- Take rows that exist already and are failed and due, or whose lease ran out; for actions that the
-- configuration no longer knows.
WITH takeable AS (
    SELECT log_id
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND action_id = ANY (%(action_ids)s::text[])
    ORDER BY action_id
    FOR UPDATE
), claimed AS (
    UPDATE meta.daemon_action_log entry SET
        status = 'started',
        queue = %(queue)s,
        run_id = %(run_id)s,
        claim_token = gen_random_uuid(),
        claimed_by = %(worker)s,
        claimed_at = COALESCE(entry.claimed_at, clock_timestamp()),
        lease_until = clock_timestamp() + make_interval(secs => %(lease_seconds)s),
        claims = entry.claims + 1,
        next_attempt_at = NULL,
        updated_at = clock_timestamp()
    FROM takeable
    WHERE entry.log_id = takeable.log_id
      AND ((entry.status = 'failed' AND entry.next_attempt_at <= clock_timestamp())
           OR (entry.status = 'started' AND entry.lease_until <= clock_timestamp()))
    RETURNING entry.*
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1,
           CASE WHEN claims > 1 THEN 'reclaimed' ELSE 'claimed' END,
           jsonb_build_object('claims', claims, 'occurrence', occurrence, 'lease_until', lease_until)
    FROM claimed
)
SELECT *, clock_timestamp() AS db_now FROM claimed

-- renew --
-- Extend the leases that are still ours; the rows that come back are. Locked in the claims' order.
WITH held AS (
    SELECT entry.log_id
    FROM unnest(%(log_ids)s::uuid[], %(tokens)s::uuid[]) AS given (log_id, token)
    JOIN meta.daemon_action_log entry
        ON entry.log_id = given.log_id AND entry.claim_token = given.token
    WHERE entry.status = 'started'
    ORDER BY entry.ticket_id, entry.action_id
    FOR UPDATE OF entry
)
UPDATE meta.daemon_action_log entry SET
    lease_until = GREATEST(
        entry.lease_until, clock_timestamp() + make_interval(secs => %(lease_seconds)s)),
    updated_at = clock_timestamp()
FROM held
WHERE entry.log_id = held.log_id AND entry.lease_until > clock_timestamp()
  AND entry.claim_token = ANY (%(tokens)s::uuid[])
RETURNING entry.log_id

-- release --
-- Let go: anyone may take it at once. A first claim that never had a plan leaves no row behind; one of
-- which nothing was sent is what it was before, and due, so that it still needs its report and its hours.
WITH forgotten AS (
    DELETE FROM meta.daemon_action_log
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND plan IS NULL AND claims = 1 AND executed_at IS NULL
    RETURNING *
), freed AS (
    UPDATE meta.daemon_summary_lines line SET reserved_by = NULL
    FROM forgotten
    WHERE line.reserved_by = forgotten.log_id AND line.covered_by IS NULL
), put_back AS (
    UPDATE meta.daemon_action_log SET
        status = CASE WHEN error_message IS NOT NULL THEN 'failed'
                      WHEN done_before = executed_at THEN 'completed'
                      ELSE 'skipped' END,
        next_attempt_at = CASE WHEN error_message IS NOT NULL THEN clock_timestamp() END,
        look_again_at = CASE WHEN error_message IS NULL
                             THEN COALESCE(look_again_at, clock_timestamp()) ELSE look_again_at END,
        next_occurrence = occurrence,
        claim_token = NULL, lease_until = NULL, claims = claims - 1, updated_at = clock_timestamp()
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND executed_at IS NOT NULL AND NOT meta.daemon_plan_touched(plan)
      AND NOT EXISTS (
          SELECT FROM meta.daemon_summary_lines line
          WHERE line.reserved_by = %(log_id)s AND line.covered_by IS NULL)
    RETURNING *
), let_go AS (
    UPDATE meta.daemon_action_log SET
        lease_until = clock_timestamp(), updated_at = clock_timestamp(),
        claims = GREATEST(1, claims - 1)    -- given back, not died: only deaths are to be counted
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND NOT (plan IS NULL AND claims = 1 AND executed_at IS NULL)
      AND NOT (executed_at IS NOT NULL AND NOT meta.daemon_plan_touched(plan) AND NOT EXISTS (
          SELECT FROM meta.daemon_summary_lines line
          WHERE line.reserved_by = %(log_id)s AND line.covered_by IS NULL))
    RETURNING *
), mine AS (
    SELECT * FROM forgotten UNION ALL SELECT * FROM put_back UNION ALL SELECT * FROM let_go
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, 'released'
    FROM mine
)
SELECT log_id FROM mine

-- forget --
-- Let go of what nothing was sent of and nothing came of, as if it had never been claimed: it is new to
-- whoever wants it again. What an occurrence before this one did is not forgotten with it.
WITH forgotten AS (
    DELETE FROM meta.daemon_action_log
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
      AND NOT meta.daemon_plan_touched(plan)
      AND (executed_at IS NULL OR error_message IS NOT NULL) AND done_before IS NULL
    RETURNING *
), freed AS (
    UPDATE meta.daemon_summary_lines line SET reserved_by = NULL
    FROM forgotten
    WHERE line.reserved_by = forgotten.log_id AND line.covered_by IS NULL
), told AS (
    INSERT INTO meta.daemon_action_history (
        log_id, ticket_id, action_id, run_id, worker, attempt, event, detail)
    SELECT log_id, ticket_id, action_id, run_id, claimed_by, attempts + 1, 'released',
           jsonb_build_object('why', %(why)s::text)
    FROM forgotten
)
SELECT log_id FROM forgotten

-- why_not --
-- What became of a claim whose write matched no row.
SELECT
    status, claimed_by, claim_token = %(token)s AS ours, lease_until > clock_timestamp() AS live,
    plan IS NOT NULL AS planned,
    plan -> 'effects' -> %(effect_no)s::integer ->> 'state' AS effect_state
FROM meta.daemon_action_log
WHERE log_id = %(log_id)s
