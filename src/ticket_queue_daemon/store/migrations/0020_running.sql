-- What people ask of the daemons, and which daemons are there.

-- A queue that a person has paused; '*' is every queue.
CREATE TABLE meta.daemon_pauses (
    queue text PRIMARY KEY,
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    reason text,
    ends_at timestamptz                         -- null: until somebody resumes it
);

-- The daemons, one row each. Whether one is alive is not read from here but from the advisory lock
-- that its session holds on its process_id: PostgreSQL itself lets go of it when the session ends.
CREATE TABLE meta.daemon_processes (
    process_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker text NOT NULL,
    queue text NOT NULL,
    program text NOT NULL,                      -- the version of the program
    standby boolean NOT NULL,                   -- works only while it leads
    interval_seconds double precision NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_run_at timestamptz                     -- null: at work, or standing by
);
