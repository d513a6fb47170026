-- What decisions were made from, for `replay`: personal data of tickets and people. Kept for
-- DAEMON_KEEP_RECORDINGS days, then deleted by the daemon itself.

CREATE TABLE meta.daemon_recordings (
    recording_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id uuid NOT NULL,
    queue text NOT NULL,
    data bytea NOT NULL                         -- JSON, compressed by zlib
);

-- It is compressed already.
ALTER TABLE meta.daemon_recordings ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE INDEX daemon_recordings_time ON meta.daemon_recordings (recorded_at);
