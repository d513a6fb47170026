-- Undo: what a run did is found by its id, and the history tells of what a person took back.

CREATE INDEX daemon_action_log_run ON meta.daemon_action_log (run_id) WHERE run_id IS NOT NULL;

-- One word more, whatever words the check knows by then.
DO $$
DECLARE
    known text := (
        SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint
        WHERE conname = 'daemon_action_history_event'
          AND conrelid = 'meta.daemon_action_history'::regclass);
BEGIN
    ALTER TABLE meta.daemon_action_history DROP CONSTRAINT daemon_action_history_event;
    -- NOT VALID: what is there was checked by the narrower one, and need not be read again.
    EXECUTE format(
        'ALTER TABLE meta.daemon_action_history ADD CONSTRAINT daemon_action_history_event'
        ' CHECK (event = ''undone'' OR %s) NOT VALID', known);
END
$$;
