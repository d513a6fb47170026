-- How many tickets each action met anew in its last runs, and the actions that are held back because
-- a run would be far outside of that.

CREATE TABLE meta.daemon_action_counts (
    queue text NOT NULL,
    action_id varchar(255) NOT NULL,
    run_id uuid NOT NULL,
    tickets integer NOT NULL CHECK (tickets > 0),
    counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (queue, action_id, run_id)
);

CREATE INDEX daemon_action_counts_lately ON meta.daemon_action_counts (queue, action_id, counted_at DESC);

CREATE TABLE meta.daemon_held_actions (
    hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text NOT NULL,
    action_id varchar(255) NOT NULL,
    tickets integer NOT NULL,                   -- that the last run which held it would have met anew
    usual double precision NOT NULL,            -- the middle one of its last runs
    most double precision NOT NULL,             -- up to here it would not have been held
    runs integer NOT NULL,                      -- by so many of them it was judged
    held_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    seen_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP, -- held again; as held_at: held once so far
    released_at timestamptz,
    released_by text,
    over_at timestamptz,                        -- a run went by without holding it
    CONSTRAINT daemon_held_actions_released CHECK ((released_at IS NULL) = (released_by IS NULL))
);

CREATE UNIQUE INDEX daemon_held_actions_open ON meta.daemon_held_actions (queue, action_id)
    WHERE over_at IS NULL;
