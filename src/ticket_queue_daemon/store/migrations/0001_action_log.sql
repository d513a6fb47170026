-- The seed's table, as the seed made it. A database that already has one keeps it, with its rows;
-- 0003 brings it into shape.

DO $$
BEGIN
    -- Not CREATE SCHEMA IF NOT EXISTS: that wants the right to create schemas even where meta exists.
    IF to_regnamespace('meta') IS NULL THEN
        CREATE SCHEMA meta;
    END IF;
END
$$;

CREATE TABLE IF NOT EXISTS meta.daemon_action_log (
    log_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ticket_id integer NOT NULL,
    action_type varchar(100) NOT NULL,
    action_id varchar(255) NOT NULL,            -- {type}:{first 12 hex of the config's SHA-256}:{version}
    action_hash varchar(64),                    -- SHA-256 of the action's config
    executed_at timestamptz DEFAULT CURRENT_TIMESTAMP,
    status varchar(20) NOT NULL DEFAULT 'completed',
    error_message text,
    metadata jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT unique_ticket_action UNIQUE (ticket_id, action_id)
);
