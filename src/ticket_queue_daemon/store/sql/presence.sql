-- configure_presence --
-- This session is idle by nature, and its locks must not outlive its owner by hours: when the host of a
-- daemon vanishes without a word, the server notices within a lease.
SELECT
    set_config('idle_session_timeout', '0', false),
    set_config('statement_timeout', '10s', false),
    -- A beat that a crash of the server forgets is beaten again.
    set_config('synchronous_commit', 'off', false),
    set_config('tcp_keepalives_idle', GREATEST(1, %(lease)s::int / 3)::text, false),
    set_config('tcp_keepalives_interval', GREATEST(1, %(lease)s::int / 9)::text, false),
    set_config('tcp_keepalives_count', '3', false)

-- hear --
-- What people ask for is notified on this channel.
LISTEN ticket_queue_daemon

-- register_process --
-- A daemon is there; rows of those that are long gone go.
WITH gone AS (
    DELETE FROM meta.daemon_processes WHERE seen_at < clock_timestamp() - interval '1 day'
)
INSERT INTO meta.daemon_processes (worker, queue, program, standby, interval_seconds)
VALUES (%(worker)s, %(queue)s, %(program)s, %(standby)s, %(interval)s)
RETURNING process_id

-- lock_process --
-- The sign of life: PostgreSQL itself takes it away with the session.
SELECT pg_advisory_lock_shared(hashtext('ticket-queue-daemon process'), %(process_id)s)::text

-- process_seen --
-- A beat; no row: it was taken for long gone.
UPDATE meta.daemon_processes 
SET seen_at = clock_timestamp(), next_run_at = %(next_run_at)s,
    rules_rejected_at = %(rejected_at)s, rules_mistake = %(mistake)s
WHERE process_id = %(process_id)s
RETURNING process_id

-- lead_alone --
-- A standby leads, alone, if nobody else is at work on the queue.
SELECT pg_try_advisory_lock(hashtext('ticket-queue-daemon queue'), hashtext(%(queue)s)) AS ours

-- lead_beside_others --
-- A daemon that shares the work holds the standbys back, and nobody else.
SELECT pg_try_advisory_lock_shared(hashtext('ticket-queue-daemon queue'), hashtext(%(queue)s)) AS ours

-- end_silent_leaders --
-- A leader that is stopped or hangs, with a session that lives: after a lease without a beat the
-- session is ended, and its lock goes with it.
SELECT process.worker, pg_terminate_backend(held.pid) AS ended
FROM pg_locks held
JOIN pg_locks life ON life.pid = held.pid AND life.locktype = 'advisory' AND life.objsubid = 2
    AND life.classid = hashtext('ticket-queue-daemon process')::oid AND life.database = held.database
JOIN meta.daemon_processes process ON process.process_id = life.objid::integer
WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
  AND held.classid = hashtext('ticket-queue-daemon queue')::oid
  AND held.objid = hashtext(%(queue)s)::oid
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND process.seen_at < clock_timestamp() - make_interval(secs => %(lease)s)

-- process_leaves --
-- An orderly end, told to the standbys when the lead is free.
WITH gone AS (
    DELETE FROM meta.daemon_processes WHERE process_id = %(process_id)s
)
SELECT pg_advisory_unlock_all()::text AS unlocked,
       pg_notify('ticket_queue_daemon', 'left ' || %(queue)s)::text AS told

-- processes --
-- The daemons that are alive: of one queue, or all; and what each does.
SELECT process.worker, process.queue, process.program, process.interval_seconds AS interval,
       process.started_at, process.seen_at, process.next_run_at,
       process.rules_rejected_at, process.rules_mistake,
       CASE
           WHEN lead.mode = 'ExclusiveLock' THEN 'leads'
           WHEN process.standby THEN 'stands by'
           ELSE 'works'
       END AS role
FROM meta.daemon_processes process
JOIN pg_locks life ON life.locktype = 'advisory' AND life.objsubid = 2 AND life.granted
    AND life.classid = hashtext('ticket-queue-daemon process')::oid
    AND life.objid = process.process_id::oid
    AND life.database = (SELECT oid FROM pg_database WHERE datname = current_database())
LEFT JOIN pg_locks lead ON lead.pid = life.pid AND lead.locktype = 'advisory' AND lead.objsubid = 2
    AND lead.granted AND lead.database = life.database
    AND lead.classid = hashtext('ticket-queue-daemon queue')::oid
WHERE %(queue)s::text IS NULL OR process.queue = %(queue)s
ORDER BY process.queue, process.started_at
