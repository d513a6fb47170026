-- configure_session --
-- What every session needs, whatever the server's defaults are: a commit that survives a crash of the
-- server (the plan and its ticks are worth nothing otherwise), the isolation that ON CONFLICT is
-- reasoned in, UTC, and bounds on waiting.
SELECT
    set_config('TimeZone', 'UTC', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('statement_timeout', '60s', false),
    set_config('lock_timeout', '20s', false),
    set_config('idle_in_transaction_session_timeout', '60s', false),
    set_config(
        'synchronous_commit',
        CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit')
        END,
        false
    )

-- server_version --
-- The server's version, as in 18.4.
SELECT split_part(current_setting('server_version'), ' ', 1) AS version
