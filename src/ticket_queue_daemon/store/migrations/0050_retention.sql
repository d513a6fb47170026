-- What is old may be pruned; what keeps an action from being done twice stays for ever, slimmer.

ALTER TABLE meta.daemon_action_log
    ADD COLUMN pruned_to timestamptz,       -- what happened to this pair until then is not told any more
    ADD COLUMN pruned_entry_ids bigint[] NOT NULL DEFAULT '{}'; -- feed entries of ours that its history knew

-- What may be pruned, oldest first; a row that was pruned leaves it until something happens to it again.
CREATE INDEX daemon_action_log_to_prune ON meta.daemon_action_log (executed_at)
    WHERE status IN ('completed', 'skipped') AND look_again_at IS NULL
      AND (pruned_to IS NULL OR pruned_to < updated_at);

-- A settled plan without its words: kinds, states, ids, references and times of its effects stay. Of a
-- plan of which nothing was ever sent, nothing stays. It can be read as a plan, and has nothing to send.
CREATE FUNCTION meta.daemon_plan_slim(plan jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT plan || jsonb_build_object(
        'message', '', 'summary', '[]'::jsonb, 'details', '{}'::jsonb,
        'effects', CASE WHEN meta.daemon_plan_touched(plan) THEN (
            SELECT jsonb_agg(
                (effect - 'error') || jsonb_build_object(
                    'params', COALESCE(effect -> 'params', '{}') || COALESCE((
                        SELECT jsonb_object_agg(param.key, CASE jsonb_typeof(param.value)
                            WHEN 'object' THEN '{}'::jsonb
                            WHEN 'array' THEN '[]'::jsonb
                            ELSE '""'::jsonb END)
                        FROM jsonb_each(effect -> 'params') AS param
                        WHERE param.key IN ('comments', 'notify', 'title', 'description', 'body',
                                            'changes', 'expected')
                    ), '{}'))
                ORDER BY place)
            FROM jsonb_array_elements(plan -> 'effects') WITH ORDINALITY AS each (effect, place)
        ) ELSE '[]'::jsonb END)
$$;

-- Which copy of the log this is: another cluster, another table after a restore, or another timeline
-- after a recovery to a point in time or a failover that may have lost the last commits.
CREATE FUNCTION meta.daemon_home() RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    cluster text := '';
BEGIN
    BEGIN
        SELECT system_identifier::text INTO cluster FROM pg_control_system();
    EXCEPTION WHEN insufficient_privilege THEN
        NULL;   -- then the table and the timeline must do
    END;
    RETURN concat_ws(':', cluster, 'meta.daemon_action_log'::regclass::oid,
                     left(pg_walfile_name(pg_current_wal_lsn()), 8));
END
$$;

CREATE TABLE meta.daemon_recovery (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    home text NOT NULL,                     -- where the log was when a daemon last worked by it
    since timestamptz,                      -- in recovery: what we did from then on may not be in the log
    began_at timestamptz,                   -- tickets that are younger have nothing of that
    until timestamptz,
    CONSTRAINT daemon_recovery_whole CHECK (
        (since IS NULL) = (until IS NULL) AND (since IS NULL) = (began_at IS NULL))
);
INSERT INTO meta.daemon_recovery (home) VALUES (meta.daemon_home());
