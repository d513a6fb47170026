-- our_assets --
-- What we attached to a ticket, each asset once, by the row that did it first.
-- detached: our own log says that we took it off again, or may have.
SELECT DISTINCT ON (ours.asset_id)
    ours.asset_id, ours.name, ours.log_id, ours.pattern, ours.token, ours.attached_at,
    EXISTS (
        SELECT
        FROM meta.daemon_action_log entry
        CROSS JOIN LATERAL jsonb_array_elements(entry.plan -> 'effects') AS each (effect)
        WHERE entry.ticket_id = %(ticket_id)s
          AND effect ->> 'kind' = 'detach_asset'
          AND effect -> 'params' ->> 'asset_id' = ours.asset_id::text
          AND effect ->> 'state' IN ('sent', 'applied', 'already_there')
    ) AS detached
FROM meta.daemon_attachments ours
WHERE ours.ticket_id = %(ticket_id)s
ORDER BY ours.asset_id, ours.attached_at

-- note_corrections --
-- Write down what people corrected on a ticket. What they have undone since is forgotten: an asset that
-- we attached and that is there again, one of theirs that is gone again.
WITH undone AS (
    DELETE FROM meta.daemon_corrections
    WHERE ticket_id = %(ticket_id)s
      AND (kind = 'removed') = (asset_id = ANY (%(present)s::bigint[]))
), noted AS (
    INSERT INTO meta.daemon_corrections (
        ticket_id, asset_id, kind, log_id, name, pattern, token, in_text, decided_at)
    SELECT %(ticket_id)s, given.*
    FROM unnest(
        %(asset_ids)s::bigint[], %(kinds)s::text[], %(log_ids)s::uuid[], %(names)s::text[],
        %(patterns)s::text[], %(tokens)s::text[], %(in_text)s::boolean[],
        %(decided)s::timestamptz[]
    ) AS given (asset_id, kind, log_id, name, pattern, token, in_text, decided_at)
    ORDER BY given.asset_id, given.kind
    ON CONFLICT (ticket_id, asset_id, kind) DO NOTHING
    RETURNING 1
)
SELECT count(*) AS noted FROM noted

-- matched_tickets --
-- The tickets on which machines were looked for last. A ticket may have a row for each version of the
-- action, so a few rows more than tickets are read, and never the whole log.
SELECT ticket_id, max(executed_at) AS newest
FROM (
    SELECT ticket_id, executed_at
    FROM meta.daemon_action_log
    WHERE metadata -> 'details' ? 'evidence' AND executed_at >= %(since)s
    ORDER BY executed_at DESC
    LIMIT %(most)s::bigint * 4
) AS lately
GROUP BY ticket_id
ORDER BY newest DESC, ticket_id
LIMIT %(most)s

-- matched_rows --
-- What was decided on these tickets and why, oldest first.
SELECT found.*
FROM unnest(%(ticket_ids)s::integer[]) AS given (ticket_id)
CROSS JOIN LATERAL (
    SELECT log_id, ticket_id, action_id, status, executed_at, error_message, metadata, plan
    FROM meta.daemon_action_log
    WHERE ticket_id = given.ticket_id
    ORDER BY action_id
    LIMIT 1000
) found
WHERE found.metadata -> 'details' ? 'evidence' AND found.executed_at IS NOT NULL
ORDER BY found.ticket_id, found.executed_at, found.action_id

-- corrections_of --
-- What people corrected on these tickets: one probe of the key for each.
SELECT found.*
FROM unnest(%(ticket_ids)s::integer[]) AS given (ticket_id)
CROSS JOIN LATERAL (
    SELECT ticket_id, asset_id, kind, log_id, name, pattern, token, in_text, decided_at, noticed_at
    FROM meta.daemon_corrections
    WHERE ticket_id = given.ticket_id
    LIMIT 1000
) found
ORDER BY found.ticket_id, found.kind, found.asset_id

-- matching_figures --
-- Per pattern and ISO week: what we attached, what of it people took off, what we missed.
WITH attached AS (
    SELECT DISTINCT ON (ticket_id, asset_id) ticket_id, asset_id, pattern, executed_at
    FROM meta.daemon_attachments
    WHERE matched AND executed_at >= %(since)s
    ORDER BY ticket_id, asset_id, executed_at
), counted AS (
    SELECT attached.pattern, attached.executed_at AS at, 1 AS attached,
           (correction.asset_id IS NOT NULL)::integer AS removed, 0 AS missed
    FROM attached
    LEFT JOIN meta.daemon_corrections correction
        ON correction.ticket_id = attached.ticket_id AND correction.asset_id = attached.asset_id
        AND correction.kind = 'removed'
  UNION ALL
    SELECT pattern, decided_at, 0, 0, 1
    FROM meta.daemon_corrections
    WHERE kind = 'added' AND in_text AND decided_at >= %(since)s
)
SELECT pattern, to_char(at AT TIME ZONE 'UTC', 'IYYY-"W"IW') AS week,
       sum(attached)::integer AS attached, sum(removed)::integer AS removed,
       sum(missed)::integer AS missed
FROM counted
GROUP BY pattern, week
ORDER BY pattern, week

-- suspect_patterns --
-- Patterns of which something was taken off lately; only these are worth the counting.
SELECT DISTINCT pattern
FROM meta.daemon_corrections
WHERE kind = 'removed' AND pattern <> '' AND decided_at >= %(since)s

-- judge_patterns --
-- On how many tickets each suspect attached something, and on how many of them a person took it off.
-- One ticket is one trial, however many machines it names. What was before a person resumed the
-- pattern counts no more; what rests is not judged.
SELECT attached.pattern,
       count(DISTINCT attached.ticket_id)::integer AS tickets,
       (count(DISTINCT attached.ticket_id) FILTER (WHERE correction.asset_id IS NOT NULL))::integer
           AS corrected
FROM meta.daemon_attachments attached
LEFT JOIN meta.daemon_corrections correction
    ON correction.ticket_id = attached.ticket_id AND correction.asset_id = attached.asset_id
    AND correction.kind = 'removed'
WHERE attached.matched AND attached.executed_at >= %(since)s
  AND attached.pattern = ANY (%(patterns)s::text[])
  AND NOT EXISTS (
      SELECT FROM meta.daemon_pattern_pauses pause
      WHERE pause.pattern = attached.pattern
        AND (pause.resumed_at IS NULL OR pause.resumed_at >= attached.executed_at))
GROUP BY attached.pattern
ORDER BY attached.pattern

-- pause_pattern --
-- Let a pattern rest; nothing comes back if it rests already.
INSERT INTO meta.daemon_pattern_pauses (pattern, tickets, corrected)
VALUES (%(pattern)s, %(tickets)s, %(corrected)s)
ON CONFLICT (pattern) WHERE resumed_at IS NULL DO NOTHING
RETURNING pattern

-- paused_patterns --
-- The patterns that rest.
SELECT pattern, tickets, corrected, paused_at
FROM meta.daemon_pattern_pauses
WHERE resumed_at IS NULL
ORDER BY paused_at, pattern

-- resume_pattern --
-- A person lets it attach again.
UPDATE meta.daemon_pattern_pauses SET resumed_at = clock_timestamp(), resumed_by = %(who)s
WHERE pattern = %(pattern)s AND resumed_at IS NULL
RETURNING pattern
