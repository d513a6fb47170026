-- What a skipped row was decided on, so that it can be looked at again when its ticket has changed.

ALTER TABLE meta.daemon_action_log
    ADD COLUMN ticket_modified_at timestamptz;  -- the ticket's, in TDX's clock, read before the plan was
                                                -- made; NULL: unknown, and not looked at again
