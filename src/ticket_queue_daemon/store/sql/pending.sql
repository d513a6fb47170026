-- pending --
-- The pairs that need work, in the order to do it. One statement, whose cost follows the report and
-- not the log: each LATERAL … LIMIT 1 is one probe of an index, which the planner can't turn into a
-- scan of the whole log, however large the report or stale its statistics.
WITH moment AS MATERIALIZED (
    SELECT clock_timestamp() AS now
),
reported AS MATERIALIZED (
    SELECT ticket_id, modified_at, place
    FROM unnest(%(ticket_ids)s::integer[], %(modified)s::timestamptz[])
        WITH ORDINALITY AS given (ticket_id, modified_at, place)
    WHERE ticket_id IS NOT NULL
),
work AS (
    SELECT action_id, place, on_update, repeats, rule_hash
    FROM unnest(
        %(work_ids)s::text[], %(work_places)s::integer[], %(work_on_update)s::boolean[],
        %(work_repeats)s::boolean[], %(work_rule_hashes)s::text[]
    ) AS given (action_id, place, on_update, repeats, rule_hash)
),
summarising AS (
    SELECT action_id, place, even_if_empty
    FROM unnest(
        %(summary_ids)s::text[], %(summary_places)s::integer[], %(summary_even_if_empty)s::boolean[]
    ) AS given (action_id, place, even_if_empty)
),
busy AS MATERIALIZED (
    SELECT DISTINCT ticket_id
    FROM meta.daemon_action_log
    WHERE status = 'started' AND lease_until > (SELECT now FROM moment)
),
found (ticket_id, action_id, why, rank) AS (
    -- Work whose owner died: whatever the ticket, whatever the action, before anything new.
    SELECT entry.ticket_id, entry.action_id, 'recover', 0
    FROM meta.daemon_action_log entry
    WHERE entry.status = 'started' AND entry.queue = %(queue)s
      AND entry.lease_until <= (SELECT now FROM moment)
  UNION ALL
    -- Failed in the middle of its plan (or told by a person to go on): also of tickets that have left the
    -- report, since our own change may have taken them out of it. What was sent and is unsettled, also of
    -- actions that have left the configuration.
    SELECT entry.ticket_id, entry.action_id,
           CASE WHEN entry.action_id IN (SELECT action_id FROM summarising)
                THEN 'summary' ELSE 'retry' END,
           1
    FROM meta.daemon_action_log entry
    WHERE entry.status = 'failed' AND entry.queue = %(queue)s
      AND (meta.daemon_plan_touched(entry.plan) OR entry.plan ? 'resolved')
      AND (entry.plan -> 'effects' @> '[{"state": "sent"}]' OR entry.plan ? 'resolved'
           OR entry.action_id IN (SELECT action_id FROM work))
      AND entry.next_attempt_at <= (SELECT now FROM moment)
  UNION ALL
    -- New, failed and due, turned away by a rule that is another one now, waiting for a moment that has
    -- come, or skipped on a ticket that has changed since.
    SELECT reported.ticket_id, work.action_id,
           CASE WHEN entry.status IS NULL THEN 'new'
                WHEN entry.status IN ('skipped', 'failed') AND entry.rule_hash <> work.rule_hash THEN 'rule'
                WHEN entry.status = 'failed' THEN 'retry'
                WHEN entry.look_again_at <= (SELECT now FROM moment) THEN 'due'
                ELSE 'update' END,
           2
    FROM reported
    CROSS JOIN work
    LEFT JOIN LATERAL (
        SELECT status, next_attempt_at, ticket_modified_at, look_again_at, rule_hash
        FROM meta.daemon_action_log
        WHERE ticket_id = reported.ticket_id AND action_id = work.action_id
        LIMIT 1
    ) entry ON true
    WHERE entry.status IS NULL
       OR (entry.status = 'failed' AND entry.next_attempt_at <= (SELECT now FROM moment))
       OR (entry.status = 'failed'
           AND ((work.on_update AND entry.rule_hash IS NOT NULL
                 AND entry.ticket_modified_at < reported.modified_at)
                OR entry.rule_hash <> work.rule_hash))
       OR (entry.status = 'skipped'
           AND ((work.on_update AND entry.ticket_modified_at < reported.modified_at)
                OR entry.look_again_at <= (SELECT now FROM moment)
                OR entry.rule_hash <> work.rule_hash))
       OR (entry.status = 'completed' AND work.repeats
           AND entry.look_again_at <= (SELECT now FROM moment))
  UNION ALL
    -- Lines to tell, in the report or not.
    SELECT telling.ticket_id, summarising.action_id, 'summary', 3
    FROM summarising
    CROSS JOIN LATERAL (
        SELECT DISTINCT line.ticket_id
        FROM meta.daemon_open_lines line
        WHERE line.queue = %(queue)s
          AND (line.held_by IS NULL OR line.held_by = summarising.action_id)
    ) telling
    LEFT JOIN LATERAL (
        SELECT status, next_attempt_at
        FROM meta.daemon_action_log
        WHERE ticket_id = telling.ticket_id AND action_id = summarising.action_id
        LIMIT 1
    ) entry ON true
    WHERE entry.status IS NULL OR entry.status IN ('completed', 'skipped')
       OR (entry.status = 'failed' AND entry.next_attempt_at <= (SELECT now FROM moment))
  UNION ALL
    -- A summary that is wanted even when there is nothing to tell.
    SELECT reported.ticket_id, summarising.action_id, 'summary', 3
    FROM reported
    CROSS JOIN summarising
    LEFT JOIN LATERAL (
        SELECT status, next_attempt_at
        FROM meta.daemon_action_log
        WHERE ticket_id = reported.ticket_id AND action_id = summarising.action_id
        LIMIT 1
    ) entry ON true
    WHERE summarising.even_if_empty
      AND (entry.status IS NULL
           OR (entry.status = 'failed' AND entry.next_attempt_at <= (SELECT now FROM moment)))
),
once AS (
    SELECT DISTINCT ON (ticket_id, action_id) ticket_id, action_id, why, rank
    FROM found
    WHERE NOT EXISTS (SELECT FROM busy WHERE busy.ticket_id = found.ticket_id)
    ORDER BY ticket_id, action_id, rank
)
SELECT once.ticket_id, once.action_id, once.why, reported.place IS NOT NULL AS in_report
FROM once
LEFT JOIN reported ON reported.ticket_id = once.ticket_id
LEFT JOIN (
    SELECT action_id, place FROM work UNION ALL SELECT action_id, place FROM summarising
) AS configured
    ON configured.action_id = once.action_id
ORDER BY
    once.why <> 'recover',
    reported.place NULLS LAST,
    once.ticket_id,
    configured.place NULLS FIRST,
    once.action_id
