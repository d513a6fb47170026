-- pause_queue --
-- A person pauses a queue, or every one ('*'); said again, the new words count.
WITH paused AS (
    INSERT INTO meta.daemon_pauses AS known (queue, paused_at, paused_by, reason, ends_at)
    VALUES (
        %(queue)s, now(), %(who)s, %(reason)s,
        COALESCE(%(until)s::timestamptz, now() + %(span)s::interval)
    )
    ON CONFLICT (queue) DO UPDATE
    SET paused_at = excluded.paused_at, paused_by = excluded.paused_by,
        reason = excluded.reason, ends_at = excluded.ends_at
    RETURNING queue, paused_at, paused_by, reason, ends_at
)
SELECT paused.*, pg_notify('ticket_queue_daemon', 'pauses')::text AS told FROM paused

-- resume_queues --
-- One pause is over, or (null) all are; those that were over by themselves are only cleared away.
WITH gone AS (
    DELETE FROM meta.daemon_pauses
    WHERE %(queue)s::text IS NULL OR queue = %(queue)s
    RETURNING queue, paused_at, paused_by, reason, ends_at
)
SELECT gone.*, pg_notify('ticket_queue_daemon', 'pauses')::text AS told
FROM gone
WHERE ends_at IS NULL OR ends_at > clock_timestamp()
ORDER BY queue

-- pauses --
-- What is paused now: for one queue, or all.
SELECT queue, paused_at, paused_by, reason, ends_at
FROM meta.daemon_pauses
WHERE (ends_at IS NULL OR ends_at > clock_timestamp())
  AND (%(queue)s::text IS NULL OR queue IN (%(queue)s, '*'))
ORDER BY queue

-- ask_for_a_run --
-- Wakes every daemon that hears, wherever it is; heard when this has committed.
SELECT pg_notify('ticket_queue_daemon', 'run ' || %(queue)s)::text AS told
