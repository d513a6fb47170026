-- Rules that a running daemon has read again and could not use.

ALTER TABLE meta.daemon_processes
    ADD COLUMN rules_rejected_at timestamptz,   -- since when the old rules stay in force; null: they are right
    ADD COLUMN rules_mistake text;              -- the first thing that is wrong, without secrets
