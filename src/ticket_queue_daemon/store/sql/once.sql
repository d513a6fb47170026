-- lock_once --
-- One session at a time asks for a subject, so that the statement that follows sees whoever took it.
SELECT pg_advisory_xact_lock(
    hashtext('ticket-queue-daemon once'), hashtext(%(action_id)s || ' ' || %(subject)s))

-- holds_once --
-- The ticket that has what an action does once for several, by the words of the next statement.
SELECT once.ticket_id
FROM meta.daemon_once once
JOIN meta.daemon_action_log holder ON holder.log_id = once.log_id
WHERE once.action_id = %(action_id)s AND once.subject = %(subject)s
  AND (holder.status IN ('started', 'completed', 'needs_review')
       OR holder.done_before IS NOT NULL
       OR holder.next_attempt_at IS NOT NULL
       OR meta.daemon_plan_touched(holder.plan))

-- take_once --
-- Take what an action does once for several tickets. Taken already means that its row is at work, will be,
-- may have done it or has done it; what a row took that came to nothing is free again. The row that comes
-- back has it; it is open while its row may still come to nothing.
WITH mine AS (
    SELECT log_id, action_id, ticket_id
    FROM meta.daemon_action_log
    WHERE log_id = %(log_id)s AND claim_token = %(token)s AND status = 'started'
      AND lease_until > clock_timestamp()
), taken AS (
    INSERT INTO meta.daemon_once AS once (action_id, subject, log_id, ticket_id)
    SELECT action_id, %(subject)s, log_id, ticket_id FROM mine
    ON CONFLICT (action_id, subject) DO UPDATE SET
        log_id = excluded.log_id, ticket_id = excluded.ticket_id, taken_at = clock_timestamp()
    WHERE once.log_id = excluded.log_id
       OR NOT EXISTS (
            SELECT FROM meta.daemon_action_log holder
            WHERE holder.log_id = once.log_id
              AND (holder.status IN ('started', 'completed', 'needs_review')
                   OR holder.done_before IS NOT NULL
                   OR holder.next_attempt_at IS NOT NULL
                   OR meta.daemon_plan_touched(holder.plan)))
    RETURNING ticket_id
)
SELECT ticket_id, false AS is_open FROM taken
UNION ALL
SELECT once.ticket_id,
       NOT EXISTS (
           SELECT FROM meta.daemon_action_log holder
           WHERE holder.log_id = once.log_id
             AND (holder.status = 'completed' OR holder.done_before IS NOT NULL))
FROM meta.daemon_once once JOIN mine ON mine.action_id = once.action_id
WHERE once.subject = %(subject)s AND NOT EXISTS (SELECT FROM taken)
