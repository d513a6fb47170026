-- Runs that did something, or did not come to their end; a run that found nothing to do leaves no row.
CREATE TABLE meta.daemon_runs (
    run_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id uuid,                                -- null: it ended before it began
    queue text NOT NULL,
    worker text NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    result text NOT NULL,                       -- as in the metrics
    reason text NOT NULL DEFAULT '',            -- why it ended early
    found integer NOT NULL DEFAULT 0,
    pending integer NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0,
    api_calls integer NOT NULL DEFAULT 0,
    outcomes jsonb NOT NULL DEFAULT '{}',       -- {type: {outcome: number}}
    causes jsonb NOT NULL DEFAULT '[]',         -- [[type, outcome, reason, number]], without a ticket's words
    again integer NOT NULL DEFAULT 0,           -- runs after it that ended in just the same way
    last_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX daemon_runs_recent ON meta.daemon_runs (queue, ended_at);
