-- Rules around actions: when a pair is looked at again, under which rule it was turned away, and what an
-- action does once for several tickets.

ALTER TABLE meta.daemon_action_log
    ADD COLUMN look_again_at timestamptz,  -- a pair that waits, or is to be repeated: due then
    ADD COLUMN next_occurrence integer,    -- the number that the next claim is; NULL: the one after this
    ADD COLUMN done_before timestamptz,    -- when an occurrence before this one was completed; NULL: none was
    ADD COLUMN rule_hash text;             -- of a pair that its rule turned away: that rule; another rule
                                           -- asks it anew. NULL: the action itself decided

CREATE TABLE meta.daemon_once (
    action_id varchar(255) NOT NULL,
    subject text NOT NULL,                 -- such as requestor:{UID} or day:2026-11-25
    log_id uuid NOT NULL,                  -- the row that has it
    ticket_id integer NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (action_id, subject)
);
