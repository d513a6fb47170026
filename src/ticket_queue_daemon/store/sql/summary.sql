-- claim_summary --
-- Take a ticket's summary: a first one, a further one when there are new lines to tell, one that failed
-- and is due, or one whose lease ran out. A plan of which nothing was sent is made anew, so that it
-- tells all there is to tell; any other stays. Lines that another summary may have told already are
-- not counted until that is settled.
WITH open_line AS MATERIALIZED (
    SELECT EXISTS (
        SELECT FROM meta.daemon_open_lines line
        WHERE line.queue = %(queue)s AND line.ticket_id = %(ticket_id)s
          AND (line.held_by IS NULL OR line.held_by = %(action_id)s)
    ) AS found
), present AS MATERIALIZED (
    SELECT status, meta.daemon_plan_touched(plan) AS touched
    FROM meta.daemon_action_log
    WHERE ticket_id = %(ticket_id)s AND action_id = %(action_id)s
), claimed AS (
    INSERT INTO meta.daemon_action_log AS entry (
        ticket_id, action_id, action_type, action_hash, status, executed_at,
        queue, run_id, claim_token, claimed_by, claimed_at, lease_until, claims)
    SELECT
        %(ticket_id)s, %(action_id)s, %(action_type)s, %(action_hash)s, 'started', NULL,
        %(queue)s, %(run_id)s, gen_random_uuid(), %(worker)s, clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(lease_seconds)s), 1
    FROM open_line
    WHERE open_line.found OR %(even_if_empty)s
       OR EXISTS (SELECT FROM present WHERE status = 'started' OR touched)
    ON CONFLICT (ticket_id, action_id) DO UPDATE SET
        status = 'started',
        queue = excluded.queue,
        run_id = excluded.run_id,
        claim_token = excluded.claim_token,
        claimed_by = excluded.claimed_by,
        claimed_at = CASE
            WHEN entry.status IN ('completed', 'skipped') THEN excluded.claimed_at
            ELSE COALESCE(entry.claimed_at, excluded.claimed_at)
        END,
        lease_until = excluded.lease_until,
        claims = entry.claims + 1,
        occurrence = entry.occurrence + (entry.status IN ('completed', 'skipped'))::integer,
        attempts = CASE WHEN entry.status IN ('completed', 'skipped') THEN 0 ELSE entry.attempts END,
        plan = CASE
            WHEN entry.status IN ('completed', 'skipped') THEN NULL
            WHEN NOT meta.daemon_plan_touched(entry.plan) THEN NULL
            ELSE entry.plan
        END,
        next_attempt_at = NULL,
        updated_at = clock_timestamp()
    WHERE (entry.status IN ('completed', 'skipped') AND (SELECT found FROM open_line))
       OR (entry.status = 'failed' AND entry.next_attempt_at <= clock_timestamp())
       OR (entry.status = 'started' AND entry.lease_until <= clock_timestamp())
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

-- reserve_lines --
-- Give a summary without a plan all lines that are free. A failed summary that loses lines loses its
-- plan with them (nothing of it was sent), for that plan's text tells them.
WITH taken AS (
    SELECT line_id, reserved_by
    FROM meta.daemon_open_lines
    WHERE queue = %(queue)s AND ticket_id = %(ticket_id)s
      AND (held_by IS NULL OR held_by = %(action_id)s)
), bereft AS (
    UPDATE meta.daemon_action_log entry SET plan = NULL, updated_at = clock_timestamp()
    FROM taken
    WHERE entry.log_id = taken.reserved_by AND entry.log_id <> %(log_id)s
      AND entry.status = 'failed' AND entry.plan IS NOT NULL
)
UPDATE meta.daemon_summary_lines line SET reserved_by = %(log_id)s
FROM taken
WHERE line.line_id = taken.line_id

-- reserved_lines --
-- The lines that each of these summaries is to tell, oldest first.
SELECT line_id, reserved_by, text, created_at
FROM meta.daemon_summary_lines
WHERE reserved_by = ANY (%(log_ids)s::uuid[]) AND covered_by IS NULL
ORDER BY line_id
