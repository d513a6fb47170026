-- keep_recording --
-- Keep what a ticket's decisions in one run were made from.
INSERT INTO meta.daemon_recordings (ticket_id, run_id, queue, data)
VALUES (%(ticket_id)s, %(run_id)s, %(queue)s, %(data)s)

-- prune_recordings --
-- Delete some of those that are older than so many days; how many.
WITH pruned AS (
    DELETE FROM meta.daemon_recordings
    WHERE recording_id IN (
        SELECT recording_id FROM meta.daemon_recordings
        WHERE recorded_at < clock_timestamp() - make_interval(days => %(days)s)
        ORDER BY recorded_at
        LIMIT %(most)s
        FOR UPDATE SKIP LOCKED)
    RETURNING recording_id
)
SELECT count(*) AS pruned FROM pruned

-- recordings --
-- The next so many after one, oldest first.
SELECT recording_id, ticket_id, recorded_at, run_id, queue, data
FROM meta.daemon_recordings
WHERE recorded_at >= %(since)s
  AND (%(queue)s::text IS NULL OR queue = %(queue)s::text)
  AND (recorded_at, recording_id) > (%(after_at)s, %(after_id)s)
ORDER BY recorded_at, recording_id
LIMIT %(most)s

-- oldest_recording --
-- Since when there are any.
SELECT min(recorded_at) AS oldest, clock_timestamp() AS now FROM meta.daemon_recordings

-- count_recordings --
-- How many there are since a moment.
SELECT count(*) AS many FROM meta.daemon_recordings
WHERE recorded_at >= %(since)s AND (%(queue)s::text IS NULL OR queue = %(queue)s::text)

-- decided_in_runs --
-- What came of the claims of these tickets in these runs.
SELECT DISTINCT ON (log_id, run_id, event) log_id, run_id, event, detail
FROM meta.daemon_action_history
WHERE ticket_id = ANY(%(ticket_ids)s::integer[]) AND run_id = ANY(%(run_ids)s::uuid[])
  AND event IN (
      'claimed', 'reclaimed', 'planned', 'completed', 'skipped', 'failed', 'parked', 'released')
ORDER BY log_id, run_id, event, history_id DESC

-- settled_before --
-- When each of these tickets' actions was first done, or marked as done by a baseline.
SELECT ticket_id, action_id, min(at) AS at, bool_or(event <> 'baselined') AS completed
FROM meta.daemon_action_history
WHERE ticket_id = ANY(%(ticket_ids)s::integer[])
  AND event IN ('completed', 'baselined', 'adopted_duplicate')
GROUP BY ticket_id, action_id

-- once_taken --
-- Who has what actions do once for several tickets.
SELECT action_id, subject, ticket_id, taken_at AS at FROM meta.daemon_once
