-- action_counts --
-- The last runs of some actions, each by the tickets that it met anew, and whether a person has released
-- the action since it was held.
SELECT wanted.action_id, ARRAY(
           SELECT tickets
           FROM meta.daemon_action_counts
           WHERE queue = %(queue)s AND action_id = wanted.action_id
           ORDER BY counted_at DESC
           LIMIT %(runs)s
       ) AS counts,
       hold.tickets AS released_for
FROM unnest(%(action_ids)s::text[]) AS wanted (action_id)
LEFT JOIN meta.daemon_held_actions hold
    ON hold.queue = %(queue)s AND hold.action_id = wanted.action_id AND hold.over_at IS NULL
    AND hold.released_at IS NOT NULL

-- hold_action --
-- Hold an action back; news, unless the last run held it too.
INSERT INTO meta.daemon_held_actions AS hold (queue, action_id, tickets, usual, most, runs)
VALUES (%(queue)s, %(action_id)s, %(tickets)s, %(usual)s, %(most)s, %(runs)s)
ON CONFLICT (queue, action_id) WHERE over_at IS NULL DO UPDATE SET
    tickets = excluded.tickets, usual = excluded.usual, most = excluded.most, runs = excluded.runs,
    seen_at = clock_timestamp(), released_at = NULL, released_by = NULL
RETURNING held_at = seen_at AS news

-- note_counts --
-- A run has come to its end: keep what each action met anew, with the last runs of it and no more; what
-- it did not hold is held no more.
WITH counted AS (
    INSERT INTO meta.daemon_action_counts (queue, action_id, run_id, tickets)
    SELECT %(queue)s, given.action_id, %(run_id)s, given.tickets
    FROM unnest(%(action_ids)s::text[], %(tickets)s::integer[]) AS given (action_id, tickets)
    ORDER BY given.action_id
    ON CONFLICT (queue, action_id, run_id) DO NOTHING
), forgotten AS (
    DELETE FROM meta.daemon_action_counts past
    USING unnest(%(action_ids)s::text[]) AS given (action_id)
    WHERE past.queue = %(queue)s AND past.action_id = given.action_id AND past.counted_at < (
        SELECT counted_at
        FROM meta.daemon_action_counts
        WHERE queue = %(queue)s AND action_id = given.action_id
        ORDER BY counted_at DESC
        OFFSET %(runs)s - 2     -- the one above is not seen yet
        LIMIT 1)
)
UPDATE meta.daemon_held_actions SET over_at = clock_timestamp()
WHERE queue = %(queue)s AND over_at IS NULL
  AND action_id = ANY (%(configured)s::text[]) AND action_id <> ALL (%(held)s::text[])
RETURNING action_id

-- release_action --
-- A person wants it carried out on as many tickets as it was held for.
UPDATE meta.daemon_held_actions SET released_at = clock_timestamp(), released_by = %(who)s
WHERE action_id = %(action_id)s AND over_at IS NULL AND released_at IS NULL
RETURNING queue, action_id, tickets, usual, most, runs, held_at

-- held_actions --
-- What is held back and not released, the longest first.
SELECT queue, action_id, tickets, usual, most, runs, held_at
FROM meta.daemon_held_actions
WHERE over_at IS NULL AND released_at IS NULL
ORDER BY held_at, queue, action_id
