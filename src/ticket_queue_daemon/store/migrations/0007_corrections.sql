-- What people corrected after us, what we attached and by which pattern, and which patterns rest.

CREATE TABLE meta.daemon_corrections (
    ticket_id integer NOT NULL,
    asset_id bigint NOT NULL,
    kind text NOT NULL,                         -- removed: we attached it; added: we did not
    log_id uuid NOT NULL,                       -- the row that it corrects
    name text NOT NULL DEFAULT '',              -- the asset, as people call it
    pattern text NOT NULL DEFAULT '',           -- by what it was found, or could have been; '' unknown
    token text NOT NULL DEFAULT '',             -- as it stood in the text
    in_text boolean NOT NULL DEFAULT true,      -- added: whether the text named it, so that we missed it
    decided_at timestamptz NOT NULL,            -- when we attached, or looked; the week that it counts in
    noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (ticket_id, asset_id, kind),
    CONSTRAINT daemon_corrections_kind CHECK (kind IN ('removed', 'added'))
);

CREATE INDEX daemon_corrections_decided ON meta.daemon_corrections (decided_at);

CREATE TABLE meta.daemon_pattern_pauses (
    pause_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pattern text NOT NULL,
    tickets integer NOT NULL,                   -- tickets that it was judged by …
    corrected integer NOT NULL,                 -- … and those of them on which a person took it off
    paused_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    resumed_at timestamptz,
    resumed_by text,
    CONSTRAINT daemon_pattern_pauses_counts CHECK (corrected BETWEEN 0 AND tickets),
    CONSTRAINT daemon_pattern_pauses_resumed CHECK ((resumed_at IS NULL) = (resumed_by IS NULL))
);

-- However many daemons judge at once, a pattern is paused once.
CREATE UNIQUE INDEX daemon_pattern_pauses_open ON meta.daemon_pattern_pauses (pattern)
    WHERE resumed_at IS NULL;

-- The rows that looked for machines; a report reads the newest of them, not the log.
CREATE INDEX daemon_action_log_matched ON meta.daemon_action_log (executed_at DESC)
    WHERE metadata -> 'details' ? 'evidence';

-- Every asset that we put on a ticket: what TDX confirmed, and what a look after a lost answer found.
-- What a person had attached before we could is not ours.
CREATE VIEW meta.daemon_attachments AS
SELECT
    entry.ticket_id,
    (effect -> 'params' ->> 'asset_id')::bigint AS asset_id,
    COALESCE(effect -> 'params' ->> 'name', '') AS name,
    entry.log_id,
    entry.action_id,
    COALESCE((effect ->> 'settled_at')::timestamptz, entry.executed_at, entry.updated_at) AS attached_at,
    COALESCE(taken.mention ->> 'pattern', entry.metadata -> 'details' ->> 'pattern', '') AS pattern,
    COALESCE(taken.mention ->> 'token', '') AS token,
    entry.executed_at,
    entry.metadata -> 'details' ? 'evidence' AS matched
FROM meta.daemon_action_log entry
CROSS JOIN LATERAL jsonb_array_elements(entry.plan -> 'effects') AS each (effect)
LEFT JOIN LATERAL (
    SELECT mention
    FROM jsonb_path_query(
        entry.metadata -> 'details' -> 'evidence', '$.considered[*] ? (@.verdict == "taken")'
    ) AS considered (mention)
    WHERE mention -> 'asset_id' = effect -> 'params' -> 'asset_id'
    LIMIT 1
) taken ON true
WHERE effect ->> 'kind' = 'attach_asset'
  AND (effect ->> 'state' = 'applied'
       OR (effect ->> 'state' = 'already_there' AND effect -> 'ours' = 'true'));
