-- Every attempt and every effect, appended and never overwritten: what `ticket ID` tells comes from here.

CREATE TABLE meta.daemon_action_history (
    history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    log_id uuid NOT NULL,                       -- no foreign key: the history outlives a released claim
    ticket_id integer NOT NULL,
    action_id varchar(255) NOT NULL,
    run_id uuid,
    worker text,
    attempt integer NOT NULL DEFAULT 1,         -- 1 until an attempt has failed, then 2 …
    event text NOT NULL,
    effect_no integer,                          -- which effect of the plan, from 0
    detail jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT daemon_action_history_event CHECK (event IN (
        'claimed', 'reclaimed', 'planned',
        'effect_sent', 'effect_applied', 'effect_already_there', 'effect_refused',
        'effect_postponed', 'effect_in_doubt', 'effect_looked_up',
        'completed', 'failed', 'skipped', 'parked', 'released', 'cleared',
        'baselined', 'adopted_duplicate', 'summarised', 'resolved'
    ))
);

CREATE INDEX daemon_action_history_ticket ON meta.daemon_action_history (ticket_id, history_id);

CREATE FUNCTION meta.daemon_history_is_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'meta.daemon_action_history is append-only';
END
$$;

CREATE TRIGGER daemon_action_history_append_only
    BEFORE UPDATE ON meta.daemon_action_history
    FOR EACH STATEMENT EXECUTE FUNCTION meta.daemon_history_is_append_only();
