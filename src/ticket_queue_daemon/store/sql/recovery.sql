-- recovery_begin --
-- Note that something that the daemon did may be missing from the log: always if asked to, else if the
-- log is another copy than the last one. From when on: a while before the last thing that the log says of
-- a daemon's work (what people do by command comes after a restore), or as given. In one statement, so
-- that of two daemons one notices, before either has written anything.
UPDATE meta.daemon_recovery SET
    home = meta.daemon_home(),
    since = COALESCE(
        %(since)s::timestamptz,
        LEAST(CASE WHEN until > clock_timestamp() THEN since END, (
            SELECT at FROM meta.daemon_action_history
            WHERE run_id IS NOT NULL ORDER BY history_id DESC LIMIT 1) - interval '15 minutes'),
        (SELECT max(executed_at) FROM meta.daemon_action_log) - interval '15 minutes',
        '2000-01-01'),
    began_at = clock_timestamp(),
    until = clock_timestamp() + make_interval(days => %(days)s)
WHERE %(asked)s OR home <> meta.daemon_home()
RETURNING since, began_at, until

-- recovery_state --
-- Since when something may be missing, while we are in recovery.
SELECT since, began_at, until FROM meta.daemon_recovery WHERE until > clock_timestamp()

-- recovery_end --
-- Whatever was missing has been found, or does not matter; this copy is the log from now on.
WITH was AS MATERIALIZED (
    SELECT since IS NOT NULL OR home <> meta.daemon_home() AS open FROM meta.daemon_recovery FOR UPDATE
)
UPDATE meta.daemon_recovery SET since = NULL, began_at = NULL, until = NULL, home = meta.daemon_home()
FROM was
WHERE was.open
RETURNING home
