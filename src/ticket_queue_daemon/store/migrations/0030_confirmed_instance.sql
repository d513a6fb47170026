-- A person has confirmed that tickets of the instance may be changed. What our own runs have completed
-- before is as good as their word; rows that were adopted name no instance, and have no run.

ALTER TABLE meta.daemon_instance
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN confirmed_by text,
    ADD CONSTRAINT daemon_instance_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL));

UPDATE meta.daemon_instance
SET confirmed_at = clock_timestamp(), confirmed_by = 'runs before this was asked'
WHERE EXISTS (
    SELECT FROM meta.daemon_action_log WHERE status = 'completed' AND run_id IS NOT NULL);

-- How much was sent in the last hour, of whichever daemon.
CREATE INDEX daemon_action_history_sent ON meta.daemon_action_history (at)
    WHERE event = 'effect_sent';
